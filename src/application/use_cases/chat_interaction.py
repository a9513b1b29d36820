"""Talk with a language model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from ...domain.budget.limits import BudgetLimits
from ...domain.chat.conversation import Conversation, Spent, answered, asked, next_turn
from ...domain.chat.reply import Reply
from ...domain.errors import StorageError, UnknownName, UserError
from ...domain.models.info import ModelInfo
from ...domain.ports.conversation_store import ConversationStore
from ...domain.ports.ids import Ids
from ...domain.ports.language_model import LanguageModel
from ..services.chat_asking import ChatEngine, Question, Tell, nobody
from ..services.chat_models import judging

LAST = "last"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each question may spend, and names of open budgets that it shares with others."""

    limits: BudgetLimits = field(default_factory=BudgetLimits)
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a person says next in a conversation; `allowance` is from `ChatInteraction.session`, if there is one."""

    conversation: Conversation
    text: str
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True)
class ChatResult:
    """The conversation with question and reply; `unsaved` says why the reply could not be kept, "" if it was."""

    conversation: Conversation
    reply: Reply
    unsaved: str = ""


class ChatInteraction:
    """Sends what a person says to the conversation's model, and keeps both sides of it.

    - The question is on the disk before the model is called, the answer as soon as it is there.
    - An answer that fails or is cancelled leaves the question, the words there are, and what they cost.
    - What no longer fits the model's window is left out from the oldest on, and counted; it stays in the
      conversation.
    - A question is only sent when what it may cost is left in the budget: that of the settings, or of a `session`.
    - The model may change from one question to the next; the new one is told all that was said.
    - `model_named` takes `provider/id`, a provider or a tier; a model that judges nothing is refused.
    """

    def __init__(
        self,
        model_named: Callable[[str], LanguageModel],
        store: ConversationStore,
        ids: Ids,
        engine: ChatEngine,
        default_model: str,
    ) -> None:
        self._model_named = model_named
        self._store = store
        self._ids = ids
        self._engine = engine
        self._default = default_model

    async def execute(self, request: ChatRequest, tell: Tell = nobody) -> ChatResult:
        """The reply; `tell` hears each event of the model as it comes.

        Raises UserError for a message without words or a budget that is no amount, ConfigurationError for a model
        that cannot be had and StorageError when the question cannot be kept; then nothing was sent. A cancellation
        is raised after the conversation was kept.
        """
        text = request.text.encode("utf-8", "replace").decode()
        if not text.strip():
            raise UserError("there is nothing to send", code="question", hint="write a question")
        model = judging(self._model_named, request.conversation.model)
        conversation = asked(request.conversation, text, self._engine.clock.now())
        await self._store.save(conversation)
        with self._paid(conversation, request.allowance) as accounts:
            return await self._answered(conversation, model, accounts, tell)

    @contextmanager
    def session(self, conversation: Conversation, limits: BudgetLimits) -> Iterator[Allowance]:
        """What the questions of one sitting may spend: together as much as `limits` and the settings allow.

        Seconds are those of each answer: nobody is hurried while they think. Raises UserError.
        """
        purse = self._engine.purse
        together = replace(purse.allowed(limits), seconds=None)
        with purse.opened(conversation.id, together) as accounts:
            yield Allowance(limits, accounts)

    def _paid(
        self, conversation: Conversation, allowance: Allowance
    ) -> AbstractContextManager[tuple[str, ...]]:
        """The accounts that pay for the question at the end, the one of its own first."""
        purse = self._engine.purse
        name = f"{conversation.id}, message {len(conversation.entries)}"
        return purse.opened(name, purse.allowed(allowance.limits), allowance.accounts)

    async def _answered(
        self, conversation: Conversation, model: LanguageModel, accounts: tuple[str, ...], tell: Tell
    ) -> ChatResult:
        history, prompt = next_turn(conversation)
        question = Question(prompt, history, conversation.system, conversation.id, accounts)
        asking = self._engine.ask(model, question, tell)
        try:
            reply = await asking.run()
        except asyncio.CancelledError as error:
            await self._finished(conversation, asking.cut_off(error))
            raise
        return await self._finished(conversation, reply)

    def begin(self, model: str | None = None, system: str = "") -> Conversation:
        """A new conversation, kept from its first question on; raises ConfigurationError as `execute` does."""
        name = model or self._default
        judging(self._model_named, name)
        return Conversation(self._ids.new("chat"), self._engine.clock.now(), name, _clean(system))

    async def resume(self, conversation_id: str = LAST) -> Conversation:
        """A conversation that was kept: by its id, the beginning of one, or the last; raises UserError."""
        newest = await self._store.list(20)
        if conversation_id == LAST and not newest:
            raise UserError(
                "there are no conversations yet", code="no-conversations", hint="start one with: muster chat"
            )
        wanted = newest[0].id if conversation_id == LAST else conversation_id
        found = await self._store.load(wanted)
        if found is None:
            raise UnknownName.of("conversation", wanted, (summary.id for summary in newest))
        return found

    def info(self, conversation: Conversation) -> ModelInfo:
        """What is known about the model that answers next."""
        return judging(self._model_named, conversation.model).info

    async def switch(self, conversation: Conversation, model: str) -> Conversation:
        """Let `model` answer from now on; raises ConfigurationError, and then nothing has changed."""
        judging(self._model_named, model)
        return await self.keep(replace(conversation, model=model))

    async def instruct(self, conversation: Conversation, system: str) -> Conversation:
        """Tell the model from now on what it is to be; "" for nothing in particular."""
        return await self.keep(replace(conversation, system=_clean(system)))

    async def keep(self, conversation: Conversation) -> Conversation:
        """Save a conversation that was changed by hand; one in which nothing is asked any more is forgotten."""
        if conversation.entries or conversation.undone != Spent():
            await self._store.save(conversation)
        else:
            await self._store.delete(conversation.id)
        return conversation

    async def _finished(self, conversation: Conversation, reply: Reply) -> ChatResult:
        """Keep the reply; a disk that is full must not take away an answer that was paid for."""
        after = answered(conversation, reply, self._engine.clock.now())
        try:
            await self._store.save(after)
        except StorageError as error:
            log.warning("the answer could not be kept: %s", error)
            return ChatResult(after, reply, str(error))
        return ChatResult(after, reply)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()
