"""What is said about conversations and replies, in words and as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...domain.chat.conversation import (
    QUESTION_AT_FAULT,
    Conversation,
    ConversationSummary,
    Spent,
    spent_by_model,
)
from ...domain.chat.reply import Reply
from ...domain.models.exchange import FinishReason
from ..reports.wording import count, duration, money
from .chat_waits import words
from .plain import columns


def took(conversation: Conversation) -> str:
    """The line below the last answer: who, how long, and what it and all so far cost."""
    last = conversation.entries[-1]
    here = spent_words(Spent(last.usage, last.cost, last.estimated))
    return f"[{last.model}, {duration(last.seconds)}, {here}; so far {cost_words(conversation.spent)}]"


def spent_words(spent: Spent) -> str:
    """`15 tokens, $0.00002`; an estimate says so."""
    about = "about " if spent.estimated else ""
    return f"{about}{count(spent.usage.total, 'token')}, {cost_words(spent)}"


def cost_words(spent: Spent) -> str:
    """Dollars, `about` so many where an answer was cut off, or that there is no price."""
    about = "about " if spent.estimated and spent.cost is not None else ""
    return f"{about}{money(spent.cost)}"


def troubles(reply: Reply) -> Iterable[str]:
    """What else must be said about a reply, a line each; nothing when all is well."""
    if reply.instead_of:
        yield f"{reply.model} has answered in place of {stood_in_for(reply)}"
    if reply.left_out:
        yield f"{count(reply.left_out, 'earlier message')} no longer fitted and {_was(reply.left_out)} left out"
    if reply.finish is FinishReason.LENGTH:
        yield 'the answer was cut off at the output limit; ask it to "go on"'
    if reply.error:
        yield reply.error
        yield _what_is_kept(reply)


def stood_in_for(reply: Reply) -> str:
    """The model that was asked first, and why it has not answered."""
    return f"{reply.instead_of} ({words(reply.because)})" if reply.because else reply.instead_of


def cost_table(conversation: Conversation) -> str:
    """Tokens and cost by model, and in all."""
    rows = [("model", "read", "written", "cost")]
    rows += [(name, *_figures(spent)) for name, spent in spent_by_model(conversation).items()]
    if conversation.undone != Spent():
        rows.append(("(taken back)", *_figures(conversation.undone)))
    rows.append(("in all", *_figures(conversation.spent)))
    return columns(rows, 80)


def listing(conversations: Sequence[ConversationSummary], width: int) -> str:
    """Conversations in columns."""
    if not conversations:
        return "no conversations"
    rows = [("conversation", "changed", "messages", "model", "title")]
    rows += [
        (
            each.id,
            each.changed_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            str(each.entries),
            each.model,
            each.title or "(taken back)",
        )
        for each in conversations
    ]
    return columns(rows, width)


def transcript(conversation: Conversation) -> str:
    """All that was said, each message below who said it."""
    if not conversation.entries:
        return "nothing was said yet"
    parts = [f"system: {conversation.system}"] if conversation.system else []
    for entry in conversation.entries:
        error = f"\n({entry.error})" if entry.error else ""
        parts.append(f"{'you' if entry.asks else entry.model}: {entry.message.content}{error}")
    return "\n\n".join(parts)


def _figures(spent: Spent) -> tuple[str, str, str]:
    return f"{spent.usage.read:,}", f"{spent.usage.output:,}", cost_words(spent)


def _was(amount: int) -> str:
    return "was" if amount == 1 else "were"


def _what_is_kept(reply: Reply) -> str:
    if reply.text:
        return "your question and what was said so far are kept"
    if reply.kind in QUESTION_AT_FAULT:
        return "your question is kept, and is not sent again; /undo takes it back"
    return "your question is kept, and is sent again with the next one; /undo takes it back"
