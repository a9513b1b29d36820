"""Every port with the adapter that fills it.

Each provider says which port it fills. An adapter, and with it whatever library it needs, is imported by its builder
when it is first asked for. A test or a host overrides any provider: `Container(model=providers.Object(mine))`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dependency_injector import providers

from . import models, talk, texts
from .wiring_memory import Memory
from .wiring_security import Security

if TYPE_CHECKING:
    from ..application.compression.registry import CompressorRegistry
    from ..application.models.executor import LLMExecutor
    from ..application.services.chat_asking import ChatEngine
    from ..application.use_cases.analyze_tokens import AnalyzeTokens
    from ..application.use_cases.ask_models import AskModels
    from ..application.use_cases.chat_interaction import ChatInteraction
    from ..application.use_cases.compress_text import CompressText
    from ..application.use_cases.detect_models import DetectModels
    from ..application.use_cases.explain_model import ExplainModel
    from ..application.use_cases.list_conversations import ListConversations
    from ..application.use_cases.list_models import ListModels
    from ..application.use_cases.show_costs import ShowCosts
    from ..application.use_cases.show_model import ShowModel
    from ..domain.models.selection import ModelSelector
    from ..domain.ports.conversation_store import ConversationStore


_one = providers.ThreadSafeSingleton


class Container(Security):
    """Every port with the adapter that fills it, and every use case."""

    conversations: providers.Provider[ConversationStore] = _one(
        talk.conversations, Memory.loaded, Memory.files
    )
    chat_engine: providers.Provider[ChatEngine] = _one(
        talk.chat_engine,
        Memory.counter,
        Memory.clock,
        Memory.event_bus,
        Memory.counter_for,
        Memory.budgets,
        Memory.loaded,
        Memory.stack,
    )
    chat_interaction: providers.Provider[ChatInteraction] = _one(
        talk.chat_interaction, Memory.model_named, conversations, Memory.ids, chat_engine
    )
    ask_models: providers.Provider[AskModels] = _one(
        talk.ask_models, Memory.model_named, Memory.ids, chat_engine
    )
    list_conversations: providers.Provider[ListConversations] = _one(talk.list_conversations, conversations)
    show_costs: providers.Provider[ShowCosts] = _one(
        talk.show_costs, Memory.ledger, Memory.registry, Memory.journal
    )
    executor: providers.Provider[LLMExecutor] = _one(talk.executor, Memory.registry, Memory.stack)
    model_selector: providers.Provider[ModelSelector] = _one(
        models.model_selector, Memory.registry, Memory.overrides
    )
    list_models: providers.Provider[ListModels] = _one(
        models.list_models, Memory.registry, Memory.overrides, Memory.provider_table
    )
    show_model: providers.Provider[ShowModel] = _one(
        models.show_model, Memory.registry, Memory.provider_table
    )
    explain_model: providers.Provider[ExplainModel] = _one(
        models.explain_model, model_selector, Memory.opener, Memory.provider_table, Memory.choice, Memory.pool
    )
    detect_models: providers.Provider[DetectModels] = _one(models.detect_models)
    compressors: providers.Provider[CompressorRegistry] = _one(
        texts.compressors, Memory.counter, Memory.clock, Memory.pool
    )
    analyze_tokens: providers.Provider[AnalyzeTokens] = _one(
        texts.analyze_tokens, Memory.choice, Memory.counter_for, Memory.pool
    )
    compress_text: providers.Provider[CompressText] = _one(
        texts.compress_text, compressors, Memory.choice, Memory.counter_for, Memory.pool
    )
