"""Every port with the adapter that fills it.

Each provider says which port it fills. An adapter, and with it whatever library it needs, is imported by its builder
when it is first asked for. A test or a host overrides any provider: `Container(model=providers.Object(mine))`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from ..domain.agents.template import AgentTemplate
from ..domain.models.info import ModelInfo
from ..domain.ports.agent_catalog import AgentCatalog
from ..domain.ports.checkpoint_store import CheckpointStore
from ..domain.ports.clock import Clock
from ..domain.ports.edit_lock import EditLock
from ..domain.ports.event_bus import EventBus
from ..domain.ports.evidence_tool import EvidenceTool
from ..domain.ports.ids import Ids
from ..domain.ports.language_model import LanguageModel
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.secret_masker import SecretMasker
from ..domain.ports.token_counter import TokenCounter
from ..domain.ports.workspace import Workspace
from ..domain.ports.workspace_editor import WorkspaceEditor
from ..domain.ports.workspace_shadow import WorkspaceShadow
from ..infrastructure.config.loader import LoadedSettings
from . import crews, edits, evidence, ground, models, runs, talk, texts, use_cases

if TYPE_CHECKING:
    from ..application.compression.registry import CompressorRegistry
    from ..application.models.budget import BudgetBook
    from ..application.models.choice import ModelChoice
    from ..application.models.executor import LLMExecutor
    from ..application.models.pool import ModelPool
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.services.agent_runner import AgentRunner, Turns
    from ..application.services.bench import BenchBuilder
    from ..application.services.chat_asking import ChatEngine
    from ..application.services.crew import Surroundings
    from ..application.services.outcomes import OutcomeMemory
    from ..application.services.reporting import Reporter
    from ..application.services.run_driver import RunDriver
    from ..application.services.run_editing import Editing
    from ..application.use_cases.analyze_tokens import AnalyzeTokens
    from ..application.use_cases.answer_run import AnswerRun
    from ..application.use_cases.ask_models import AskModels
    from ..application.use_cases.cancel_run import CancelRun
    from ..application.use_cases.chat_interaction import ChatInteraction
    from ..application.use_cases.check_setup import CheckSetup
    from ..application.use_cases.compact_run import CompactRun
    from ..application.use_cases.compress_text import CompressText
    from ..application.use_cases.delete_run import DeleteRun
    from ..application.use_cases.detect_models import DetectModels
    from ..application.use_cases.diff_runs import DiffRuns
    from ..application.use_cases.explain_finding import ExplainFinding
    from ..application.use_cases.explain_model import ExplainModel
    from ..application.use_cases.export_run import ExportRun
    from ..application.use_cases.find_runs import FindRuns
    from ..application.use_cases.fork_run import ForkRun
    from ..application.use_cases.import_run import ImportRun
    from ..application.use_cases.list_agents import ListAgents
    from ..application.use_cases.list_conversations import ListConversations
    from ..application.use_cases.list_models import ListModels
    from ..application.use_cases.list_runs import ListRuns
    from ..application.use_cases.list_steps import ListSteps
    from ..application.use_cases.plan_check import PlanCheck
    from ..application.use_cases.plan_task import PlanTask
    from ..application.use_cases.prune_runs import PruneRuns
    from ..application.use_cases.resume_run import ResumeRun
    from ..application.use_cases.run_task import RunTask
    from ..application.use_cases.show_costs import ShowCosts
    from ..application.use_cases.show_model import ShowModel
    from ..application.use_cases.show_run import ShowRun
    from ..application.use_cases.watch_run import WatchRun
    from ..domain.models.overrides import ModelOverrides
    from ..domain.models.registry import ModelRegistry
    from ..domain.models.selection import ModelSelector
    from ..domain.ports.conversation_store import ConversationStore
    from ..domain.ports.cost_ledger import CostLedger
    from ..domain.ports.prompt_scrubber import PromptScrubber
    from ..domain.ports.rate_limiter import RateLimiter
    from ..domain.ports.response_cache import ResponseCache
    from ..infrastructure.common.redis_client import RedisClient
    from ..infrastructure.evidence.cache import EvidenceCache
    from ..infrastructure.llm.opener import ModelOpener
    from .stack import Books, Layers, ModelStack

Tools = Sequence[EvidenceTool]
CounterFor = Callable[[ModelInfo], TokenCounter]


_one = providers.ThreadSafeSingleton


class Container(containers.DeclarativeContainer):
    """Every port with the adapter that fills it, and every use case."""

    loaded: providers.Provider[LoadedSettings] = providers.Dependency(instance_of=LoadedSettings)
    added_agents: providers.Provider[Sequence[AgentTemplate]] = providers.Object(())
    env: providers.Provider[Mapping[str, str]] = providers.Object(MappingProxyType({}))
    host_model: providers.Provider[LanguageModel | None] = providers.Object(None)

    files: providers.Provider[ExitStack] = _one(ExitStack)
    clock: providers.Provider[Clock] = _one(ground.clock)
    ids: providers.Provider[Ids] = _one(ground.ids)
    event_bus: providers.Provider[EventBus] = _one(ground.event_bus, clock, loaded, files)
    workspace: providers.Provider[Workspace] = _one(ground.workspace, clock, loaded)
    counter: providers.Provider[TokenCounter] = _one(ground.counter)
    journal: providers.Provider[RunJournal] = _one(ground.journal, loaded, files)
    store: providers.Provider[LongTermStore] = _one(ground.store, loaded, files)
    masker: providers.Provider[SecretMasker] = _one(ground.masker)
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
    redis: providers.Provider[RedisClient | None] = _one(models.redis, loaded, files)
    limiter: providers.Provider[RateLimiter] = _one(models.limiter, redis, clock)
    response_cache: providers.Provider[ResponseCache | None] = _one(
        models.response_cache, loaded, redis, clock, files
    )
    scrubber: providers.Provider[PromptScrubber] = _one(models.scrubber, provider_table, env)
    books: providers.Provider[Books] = _one(models.books, ledger, budgets, clock, event_bus)
    layers: providers.Provider[Layers] = _one(
        models.layers, clock, counter_for, scrubber, limiter, response_cache
    )
    stack: providers.Provider[ModelStack] = _one(
        models.stack, loaded, opener, provider_table, choice, registry, books, layers
    )
    pool: providers.Provider[ModelPool] = _one(models.pool, loaded, choice, stack, host_model)
    model_named: providers.Provider[talk.Named] = _one(models.model_named, choice, stack, pool, host_model)
    catalog: providers.Provider[AgentCatalog] = _one(crews.catalog, loaded, evidence_tools, added_agents)

    outcomes: providers.Provider[OutcomeMemory] = _one(crews.outcomes, store)
    meta: providers.Provider[MetaOrchestrator] = _one(crews.meta, loaded, catalog, pool, outcomes)
    turns: providers.Provider[Turns] = _one(crews.turns, pool, counter_for, clock, event_bus, budgets, stack)
    agents: providers.Provider[AgentRunner] = _one(crews.agents, turns, pool, catalog, clock)
    edit_lock: providers.Provider[EditLock] = _one(edits.edit_lock, clock, loaded, files)
    checkpoint_store: providers.Provider[CheckpointStore] = _one(edits.checkpoint_store, loaded)
    editor: providers.Provider[WorkspaceEditor] = _one(
        edits.editor, checkpoint_store, edit_lock, clock, ids, loaded
    )
    shadow: providers.Provider[WorkspaceShadow] = _one(edits.shadow, loaded)
    editing: providers.Provider[Editing] = _one(crews.editing, workspace, editor, shadow, masker, clock)
    benches: providers.Provider[BenchBuilder] = _one(crews.benches, evidence_tools, editing, masker, clock)
    reporter: providers.Provider[Reporter] = _one(crews.reporter, workspace, evidence_tools, catalog, masker)
    around: providers.Provider[Surroundings] = _one(crews.around, event_bus, clock, ids, budgets, ledger)
    driver: providers.Provider[RunDriver] = _one(
        crews.driver, workspace, journal, agents, benches, reporter, outcomes, editing, around
    )

    plan_task: providers.Provider[PlanTask] = _one(use_cases.plan_task, workspace, meta)
    plan_check: providers.Provider[PlanCheck] = _one(use_cases.plan_check, workspace, meta)
    run_task: providers.Provider[RunTask] = _one(use_cases.run_task, loaded, driver, journal, ids, clock)
    resume_run: providers.Provider[ResumeRun] = _one(runs.resume_run, driver, journal)
    cancel_run: providers.Provider[CancelRun] = _one(runs.cancel_run, journal, event_bus, clock)
    answer_run: providers.Provider[AnswerRun] = _one(runs.answer_run, journal, clock)
    fork_run: providers.Provider[ForkRun] = _one(runs.fork_run, driver, journal, ids, clock)
    watch_run: providers.Provider[WatchRun] = _one(runs.watch_run, journal)
    diff_runs: providers.Provider[DiffRuns] = _one(runs.diff_runs, journal)
    find_runs: providers.Provider[FindRuns] = _one(runs.find_runs, journal, clock)
    list_steps: providers.Provider[ListSteps] = _one(runs.list_steps, journal)
    prune_runs: providers.Provider[PruneRuns] = _one(runs.prune_runs, journal, clock)
    compact_run: providers.Provider[CompactRun] = _one(runs.compact_run, journal)
    delete_run: providers.Provider[DeleteRun] = _one(runs.delete_run, journal)
    export_run: providers.Provider[ExportRun] = _one(runs.export_run, journal)
    import_run: providers.Provider[ImportRun] = _one(runs.import_run, journal)
    list_runs: providers.Provider[ListRuns] = _one(use_cases.list_runs, journal)
    show_run: providers.Provider[ShowRun] = _one(use_cases.show_run, journal)
    explain_finding: providers.Provider[ExplainFinding] = _one(
        use_cases.explain_finding, show_run, workspace, masker
    )
    list_agents: providers.Provider[ListAgents] = _one(use_cases.list_agents, catalog)
    check_setup: providers.Provider[CheckSetup] = _one(
        use_cases.check_setup, loaded, pool, opener, provider_table, catalog
    )
    conversations: providers.Provider[ConversationStore] = _one(talk.conversations, loaded, files)
    chat_engine: providers.Provider[ChatEngine] = _one(
        talk.chat_engine, counter, clock, event_bus, counter_for, budgets, loaded, stack
    )
    chat_interaction: providers.Provider[ChatInteraction] = _one(
        talk.chat_interaction, model_named, conversations, ids, chat_engine
    )
    ask_models: providers.Provider[AskModels] = _one(talk.ask_models, model_named, ids, chat_engine)
    list_conversations: providers.Provider[ListConversations] = _one(talk.list_conversations, conversations)
    show_costs: providers.Provider[ShowCosts] = _one(talk.show_costs, ledger, registry, journal)
    executor: providers.Provider[LLMExecutor] = _one(talk.executor, registry, stack)
    model_selector: providers.Provider[ModelSelector] = _one(models.model_selector, registry, overrides)
    list_models: providers.Provider[ListModels] = _one(
        models.list_models, registry, overrides, provider_table
    )
    show_model: providers.Provider[ShowModel] = _one(models.show_model, registry, provider_table)
    explain_model: providers.Provider[ExplainModel] = _one(
        models.explain_model, model_selector, opener, provider_table, choice, pool
    )
    detect_models: providers.Provider[DetectModels] = _one(models.detect_models)
    compressors: providers.Provider[CompressorRegistry] = _one(texts.compressors, counter, clock, pool)
    analyze_tokens: providers.Provider[AnalyzeTokens] = _one(texts.analyze_tokens, choice, counter_for, pool)
    compress_text: providers.Provider[CompressText] = _one(
        texts.compress_text, compressors, choice, counter_for, pool
    )
