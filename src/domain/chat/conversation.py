"""A conversation, one line of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from ..errors import ErrorKind, UserError
from ..messaging.message import Message, Role
from ..models.usage import Usage
from .reply import Reply

TITLE_LENGTH = 60
QUESTION_AT_FAULT = frozenset(
    {ErrorKind.CONTEXT_TOO_LONG, ErrorKind.INVALID_REQUEST, ErrorKind.REFUSED, ErrorKind.BLOCKED}
)
"""After such an end the question is not sent again with the next one: it would spoil that one too."""


@dataclass(frozen=True, slots=True)
class ChatEntry:
    """A message with the model that said it ("" for a person's), its tokens, cost (None: unpriced), and moment.

    An answer that failed or was cut off says so in `error`; its text is as much as there was of it.
    """

    message: Message
    at: datetime
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)
    seconds: float = 0.0
    error: str = ""
    kind: ErrorKind | None = None
    estimated: bool = False

    @property
    def asks(self) -> bool:
        """Whether a person said it."""
        return self.message.role is Role.USER


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and dollars; `cost` is None when a part of it is unpriced."""

    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)
    estimated: bool = False

    def __add__(self, other: Spent) -> Spent:
        unpriced = self.cost is None or other.cost is None
        cost = None if unpriced else (self.cost or Decimal(0)) + (other.cost or Decimal(0))
        return Spent(self.usage + other.usage, cost, self.estimated or other.estimated)


@dataclass(frozen=True, slots=True)
class Conversation:
    """All entries so far, what the model is told to be, and which model answers next.

    `undone` is what was spent on entries that were taken back: the money is gone all the same.
    """

    id: str
    started_at: datetime
    model: str
    system: str = ""
    title: str = ""
    entries: tuple[ChatEntry, ...] = ()
    undone: Spent = field(default_factory=Spent)

    @property
    def changed_at(self) -> datetime:
        """When the last message came; when it was started, if there is none."""
        return self.entries[-1].at if self.entries else self.started_at

    @property
    def spent(self) -> Spent:
        """Tokens and dollars so far, those of failed and undone answers included."""
        return _spent(self.entries) + self.undone


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line in a list of conversations; `model` is the one that answered last, or else was to answer."""

    id: str
    title: str
    model: str
    changed_at: datetime
    entries: int


def summary_of(conversation: Conversation) -> ConversationSummary:
    """The conversation as one line of a list."""
    return ConversationSummary(
        conversation.id,
        conversation.title,
        _answering(conversation),
        conversation.changed_at,
        len(conversation.entries),
    )


def _answering(conversation: Conversation) -> str:
    answers = (entry.model for entry in reversed(conversation.entries) if entry.model and entry.kind is None)
    return next(answers, conversation.model)


def asked(conversation: Conversation, question: str, at: datetime) -> Conversation:
    """The conversation with a question at its end; the first one gives it its title."""
    entry = ChatEntry(Message(Role.USER, question), at)
    title = conversation.title or title_of(question)
    return replace(conversation, title=title, entries=(*conversation.entries, entry))


def answered(conversation: Conversation, reply: Reply, at: datetime) -> Conversation:
    """The conversation with an answer at its end, or with what there is instead of one."""
    entry = ChatEntry(
        Message(Role.ASSISTANT, reply.text),
        at,
        reply.model,
        reply.usage,
        reply.cost,
        reply.seconds,
        reply.error,
        reply.kind,
        reply.estimated,
    )
    return replace(conversation, entries=(*conversation.entries, entry))


def undo(conversation: Conversation) -> Conversation:
    """Without the last question and what followed; raises UserError when nothing was asked.

    What it cost stays in the sum.
    """
    questions = [index for index, entry in enumerate(conversation.entries) if entry.asks]
    if not questions:
        raise UserError("there is nothing to undo", code="undo", hint="nothing was asked yet")
    kept, gone = conversation.entries[: questions[-1]], conversation.entries[questions[-1] :]
    title = conversation.title if kept else ""
    return replace(conversation, entries=kept, title=title, undone=conversation.undone + _spent(gone))


def spent_by_model(conversation: Conversation) -> dict[str, Spent]:
    """What each model took, in the order in which they first answered; undone answers are not in it."""
    totals: dict[str, Spent] = {}
    for entry in conversation.entries:
        if entry.model:
            totals[entry.model] = totals.get(entry.model, Spent()) + _spent((entry,))
    return totals


def title_of(question: str) -> str:
    """The first words of a question, on one line."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"


def next_turn(conversation: Conversation) -> tuple[tuple[Message, ...], str]:
    """History and prompt for the question at the end: user and assistant take turns, as some models demand.

    A question that got no word of an answer is asked again together with the one after it, unless it was
    itself the reason.
    """
    history: list[Message] = []
    open_questions: list[str] = []
    for entry in conversation.entries:
        if entry.asks:
            open_questions.append(entry.message.content)
        elif entry.message.content and open_questions:
            history.append(Message(Role.USER, "\n\n".join(open_questions)))
            history.append(Message(Role.ASSISTANT, entry.message.content))
            open_questions.clear()
        elif entry.kind in QUESTION_AT_FAULT:
            del open_questions[-1:]
    return tuple(history), "\n\n".join(open_questions)


def _spent(entries: Iterable[ChatEntry]) -> Spent:
    return sum((Spent(entry.usage, entry.cost, entry.estimated) for entry in entries), Spent())
