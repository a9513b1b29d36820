"""Chat use cases over scripted models, put together by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from muster.application.models.budget import BudgetBook
from muster.application.models.budgeted import BudgetedModel
from muster.application.models.metered import MeteredModel
from muster.application.models.refusal import Refusals
from muster.application.services.chat_asking import ChatEngine
from muster.application.services.chat_budget import Purse
from muster.application.use_cases.ask_models import AskModels
from muster.application.use_cases.chat_interaction import ChatInteraction
from muster.application.use_cases.list_conversations import ListConversations
from muster.domain.budget.limits import BudgetLimits
from muster.domain.chat.conversation import Conversation
from muster.domain.errors import UnknownName
from muster.domain.ports.clock import Clock
from muster.domain.ports.conversation_store import ConversationStore
from muster.domain.ports.ids import Ids
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.conversations.memory_store import MemoryConversationStore
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.listed_bus import ListedBus
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.token_counter import FakeTokenCounter


class ChatHouse:
    """The use cases as a container hands them out; the first of `models` is that of the settings.

    A model may be an error, which is raised when it is asked for by its name. Models are metered
    and paid for, as they are in a container.
    """

    def __init__(
        self,
        models: Mapping[str, LanguageModel | Exception],
        store: ConversationStore | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
        usual: BudgetLimits | None = None,
    ) -> None:
        self.models = models
        self.store = store or MemoryConversationStore()
        self.clock = clock or FakeClock()
        self.ids = ids or FakeIds()
        self.bus = ListedBus()
        self.book = BudgetBook(self.clock)
        self.ledger = MemoryCostLedger()
        purse = Purse(self.book, usual or BudgetLimits())
        self.engine = ChatEngine(FakeTokenCounter(), self.clock, self.bus, purse=purse)

    def model_named(self, name: str) -> LanguageModel:
        """The model of that name."""
        if name not in self.models:
            raise UnknownName.of("model", name, self.models)
        model = self.models[name]
        if isinstance(model, Exception):
            raise model
        bare = isinstance(model, ScriptedModel) and not model.tells_attempts
        return self._counted(model) if bare else model

    def _counted(self, model: LanguageModel) -> LanguageModel:
        counter = FakeTokenCounter()
        metered = MeteredModel(model, self.ledger, counter, self.clock)
        return BudgetedModel(metered, self.book, counter, Refusals(self.ledger, self.clock))

    def chat_interaction(self) -> ChatInteraction:
        """Conversations."""
        return ChatInteraction(self.model_named, self.store, self.ids, self.engine, next(iter(self.models)))

    def ask_models(self) -> AskModels:
        """One question to several."""
        return AskModels(self.model_named, self.ids, self.engine, next(iter(self.models), ""))

    def list_conversations(self) -> ListConversations:
        """What was kept."""
        return ListConversations(self.store)

    def conversations(self) -> ConversationStore:
        """The store."""
        return self.store

    def kept(self, conversation_id: str) -> Conversation:
        """A conversation that must be in the store."""
        found = asyncio.run(self.store.load(conversation_id))
        assert found is not None
        return found
