"""Talking with models, and what it costs: chat, questions, sums."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..domain.models.info import ModelInfo
from ..domain.models.registry import ModelRegistry
from ..domain.models.tier import ModelTier
from ..domain.models.unknown import unknown_provider
from ..domain.ports.clock import Clock
from ..domain.ports.conversation_store import ConversationStore
from ..domain.ports.cost_ledger import CostLedger
from ..domain.ports.event_bus import EventBus
from ..domain.ports.ids import Ids
from ..domain.ports.language_model import LanguageModel
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.token_counter import TokenCounter
from ..infrastructure.config.loader import LoadedSettings
from .models import limits

if TYPE_CHECKING:
    from ..application.models.budget import BudgetBook
    from ..application.models.executor import LLMExecutor
    from ..application.services.chat_asking import ChatEngine
    from ..application.use_cases.ask_models import AskModels
    from ..application.use_cases.chat_interaction import ChatInteraction
    from ..application.use_cases.list_conversations import ListConversations
    from ..application.use_cases.show_costs import ShowCosts
    from .stack import ModelStack

Named = Callable[[str], LanguageModel]


def conversations(loaded: LoadedSettings, files: ExitStack) -> ConversationStore:
    """Conversations of this user."""
    from ..infrastructure.conversations.sqlite_store import SqliteConversationStore

    return files.enter_context(closing(SqliteConversationStore(loaded.values.data_dir / "chats.db")))


def chat_engine(
    counter: TokenCounter,
    clock: Clock,
    bus: EventBus,
    counter_for: Callable[[ModelInfo], TokenCounter],
    budgets: BudgetBook,
    loaded: LoadedSettings,
    stack: ModelStack,
) -> ChatEngine:
    """What all questions share."""
    from ..application.services.chat_asking import ChatEngine
    from ..application.services.chat_budget import Purse

    return ChatEngine(counter, clock, bus, counter_for, Purse(budgets, limits(loaded)), stack.guard_for)


def chat_interaction(named: Named, store: ConversationStore, ids: Ids, engine: ChatEngine) -> ChatInteraction:
    """Talk with one model after another."""
    from ..application.use_cases.chat_interaction import ChatInteraction

    return ChatInteraction(named, store, ids, engine, ModelTier.CAPABLE.value)


def ask_models(named: Named, ids: Ids, engine: ChatEngine) -> AskModels:
    """One question to several models."""
    from ..application.use_cases.ask_models import AskModels

    return AskModels(named, ids, engine, ModelTier.CAPABLE.value)


def list_conversations(store: ConversationStore) -> ListConversations:
    """What was talked about."""
    from ..application.use_cases.list_conversations import ListConversations

    return ListConversations(store)


def show_costs(ledger: CostLedger, registry: ModelRegistry, journal: RunJournal) -> ShowCosts:
    """What was spent."""
    from ..application.use_cases.show_costs import ShowCosts

    return ShowCosts(ledger, registry.get_model_by_id, journal)


def executor(registry: ModelRegistry, stack: ModelStack) -> LLMExecutor:
    """Single calls by provider and tier."""
    from ..application.models.executor import LLMExecutor

    def find(provider: str, tier: ModelTier) -> LanguageModel:
        found = registry.get_model(provider, tier)
        if found is None:
            raise unknown_provider(provider, registry)
        return stack.open(found)

    return LLMExecutor(find)
