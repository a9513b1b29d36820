"""What everything else stands on: files, stores, tools that measure, and language models in their layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from ..domain.agents.template import AgentTemplate
from ..domain.models.info import ModelInfo
from ..domain.ports.agent_catalog import AgentCatalog
from ..domain.ports.clock import Clock
from ..domain.ports.event_bus import EventBus
from ..domain.ports.evidence_tool import EvidenceTool
from ..domain.ports.ids import Ids
from ..domain.ports.language_model import LanguageModel
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.token_counter import TokenCounter
from ..domain.ports.workspace import Workspace
from ..infrastructure.config.loader import LoadedSettings
from . import crews, evidence, ground, memory, models, security, talk

if TYPE_CHECKING:
    from ..application.memory.scan import MemoryScan
    from ..application.models.budget import BudgetBook
    from ..application.models.choice import ModelChoice
    from ..application.models.pool import ModelPool
    from ..application.security.audit_trail import AuditTrail
    from ..application.services.agent_tools import Watched
    from ..application.turns.function_tool import FunctionTool
    from ..domain.models.overrides import ModelOverrides
    from ..domain.models.registry import ModelRegistry
    from ..domain.ports.audit_log import AuditLog
    from ..domain.ports.cost_ledger import CostLedger
    from ..domain.ports.key_ring import KeyRing
    from ..domain.ports.pii_scrubber import PiiScrubber
    from ..domain.ports.prompt_scrubber import PromptScrubber
    from ..domain.ports.rate_limiter import RateLimiter
    from ..domain.ports.record_cipher import RecordCipher
    from ..domain.ports.response_cache import ResponseCache
    from ..domain.ports.short_term_store import ShortTermStore
    from ..domain.security.principal import Principal
    from ..infrastructure.common.redis_client import RedisClient
    from ..infrastructure.evidence.cache import EvidenceCache
    from ..infrastructure.llm.opener import ModelOpener
    from .stack import Books, Layers, ModelStack

Tools = Sequence[EvidenceTool]
CounterFor = Callable[[ModelInfo], TokenCounter]


_one = providers.ThreadSafeSingleton


class Ground(containers.DeclarativeContainer):
    """Every port that runs and talks stand on, with the adapter that fills it."""

    loaded: providers.Provider[LoadedSettings] = providers.Dependency(instance_of=LoadedSettings)
    added_agents: providers.Provider[Sequence[AgentTemplate]] = providers.Object(())
    host_tools: providers.Provider[Sequence[FunctionTool]] = providers.Object(())
    env: providers.Provider[Mapping[str, str]] = providers.Object(MappingProxyType({}))
    host_model: providers.Provider[LanguageModel | None] = providers.Object(None)

    files: providers.Provider[ExitStack] = _one(ExitStack)
    clock: providers.Provider[Clock] = _one(ground.clock)
    ids: providers.Provider[Ids] = _one(ground.ids)
    event_bus: providers.Provider[EventBus] = _one(ground.event_bus, clock, loaded, files)
    workspace: providers.Provider[Workspace] = _one(ground.workspace, clock, loaded)
    counter: providers.Provider[TokenCounter] = _one(ground.counter)
    raw_journal: providers.Provider[RunJournal] = _one(ground.journal, loaded, files)
    masker: providers.Provider[SecretMasker] = _one(ground.masker)
    redis: providers.Provider[RedisClient | None] = _one(models.redis, loaded, files)

    key_ring: providers.Provider[KeyRing] = _one(security.key_ring, loaded, env, clock)
    cipher: providers.Provider[RecordCipher] = _one(security.cipher, key_ring)
    pii: providers.Provider[PiiScrubber] = _one(security.scrubber)
    audit: providers.Provider[AuditLog] = _one(security.audit, loaded, clock, masker, pii)
    principal: providers.Provider[Principal] = _one(memory.principal, loaded)
    trail: providers.Provider[AuditTrail] = _one(security.trail, audit.provider, principal)
    journal: providers.Provider[RunJournal] = _one(security.journal, raw_journal, trail)
    watched: providers.Provider[Callable[[str], Watched]] = _one(security.watched, trail)
    scan: providers.Provider[MemoryScan] = _one(memory.scan, pii, masker, trail)
    raw_store: providers.Provider[LongTermStore] = _one(memory.raw_store, loaded, clock, files)
    store: providers.Provider[LongTermStore] = _one(
        memory.wrapped, raw_store, cipher, audit, scan, principal, clock
    )
    raw_short_store: providers.Provider[ShortTermStore] = _one(
        memory.raw_short_store, loaded, redis, clock, files
    )
    short_store: providers.Provider[ShortTermStore] = _one(memory.wrapped_short, raw_short_store, scan)

    evidence_cache: providers.Provider[EvidenceCache] = _one(evidence.evidence_cache, loaded, files)
    evidence_tools: providers.Provider[Tools] = _one(evidence.evidence_tools, loaded, evidence_cache)

    provider_table: providers.Provider[models.Providers] = _one(models.providers, loaded)
    overrides: providers.Provider[ModelOverrides] = _one(models.overrides, loaded, provider_table)
    registry: providers.Provider[ModelRegistry] = _one(models.registry, clock, overrides)
    choice: providers.Provider[ModelChoice] = _one(models.choice, registry, provider_table)
    counter_for: providers.Provider[CounterFor] = _one(models.counter_for)
    opener: providers.Provider[ModelOpener] = _one(models.opener, provider_table, env, counter)
    ledger: providers.Provider[CostLedger] = _one(models.ledger, loaded, files)
    budgets: providers.Provider[BudgetBook] = _one(models.budgets, clock)
    limiter: providers.Provider[RateLimiter] = _one(models.limiter, redis, clock)
    response_cache: providers.Provider[ResponseCache | None] = _one(
        models.response_cache, loaded, redis, clock, files
    )
    scrubber: providers.Provider[PromptScrubber] = _one(models.scrubber, provider_table, env)
    books: providers.Provider[Books] = _one(models.books, ledger, budgets, clock, event_bus, trail)
    layers: providers.Provider[Layers] = _one(
        models.layers, clock, counter_for, scrubber, limiter, pii, response_cache
    )
    stack: providers.Provider[ModelStack] = _one(
        models.stack, loaded, opener, provider_table, choice, registry, books, layers
    )
    pool: providers.Provider[ModelPool] = _one(models.pool, loaded, choice, stack, host_model)
    model_named: providers.Provider[talk.Named] = _one(models.model_named, choice, stack, pool, host_model)
    catalog: providers.Provider[AgentCatalog] = _one(
        crews.catalog, loaded, evidence_tools, added_agents, host_tools
    )
