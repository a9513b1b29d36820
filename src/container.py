"""The composition root: the one module that knows every layer.

Each provider says which port it fills. An adapter, and with it whatever library it needs, is imported by its builder
when it is first asked for. A test or a host overrides any provider: `Container(model=providers.Object(mine))`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from .domain.agents.template import AgentTemplate
from .domain.orchestration.gates import Gate
from .domain.ports.agent_catalog import AgentCatalog
from .domain.ports.clock import Clock
from .domain.ports.event_bus import EventBus
from .domain.ports.evidence_tool import EvidenceTool
from .domain.ports.ids import Ids
from .domain.ports.language_model import LanguageModel
from .domain.ports.long_term_store import LongTermStore
from .domain.ports.run_journal import RunJournal
from .domain.ports.secret_masker import SecretMasker
from .domain.ports.token_counter import TokenCounter
from .domain.ports.workspace import Workspace
from .infrastructure.config.loader import LoadedSettings, load_settings

if TYPE_CHECKING:
    from .application.orchestrators.meta import MetaOrchestrator
    from .application.services.agent_runner import AgentRunner, Turns
    from .application.services.bench import BenchBuilder
    from .application.services.crew import Surroundings
    from .application.services.outcomes import OutcomeMemory
    from .application.services.reporting import Reporter
    from .application.use_cases.check_setup import CheckSetup
    from .application.use_cases.explain_finding import ExplainFinding
    from .application.use_cases.list_agents import ListAgents
    from .application.use_cases.list_runs import ListRuns
    from .application.use_cases.plan_check import PlanCheck
    from .application.use_cases.plan_task import PlanTask
    from .application.use_cases.run_task import RunTask
    from .application.use_cases.show_run import ShowRun
    from .infrastructure.evidence.cache import EvidenceCache

Tools = Sequence[EvidenceTool]


def _clock() -> Clock:
    from .infrastructure.common.system_clock import SystemClock

    return SystemClock()


def _ids() -> Ids:
    from .infrastructure.common.ids import SortableIds

    return SortableIds()


def _event_bus(clock: Clock) -> EventBus:
    from .infrastructure.telemetry.event_bus import InProcessEventBus

    return InProcessEventBus(clock)


def _workspace(clock: Clock, loaded: LoadedSettings) -> Workspace:
    from .infrastructure.workspace.filesystem import FilesystemWorkspace

    return FilesystemWorkspace(clock, loaded.values.exclude)


def _counter() -> TokenCounter:
    from .infrastructure.tokens.bpe_counter import BpeTokenCounter

    return BpeTokenCounter()


def _journal(loaded: LoadedSettings, files: ExitStack) -> RunJournal:
    from .infrastructure.journal.sqlite_journal import SqliteRunJournal

    return files.enter_context(closing(SqliteRunJournal(loaded.values.data_dir / "runs.db")))


def _store(loaded: LoadedSettings, files: ExitStack) -> LongTermStore:
    from .infrastructure.memory.sqlite_store import SqliteLongTermStore

    return files.enter_context(closing(SqliteLongTermStore(loaded.values.data_dir / "memory.db")))


def _evidence_cache(loaded: LoadedSettings, files: ExitStack) -> EvidenceCache:
    from .infrastructure.evidence.cache import EvidenceCache

    return files.enter_context(closing(EvidenceCache(loaded.values.data_dir / "evidence.db")))


def _masker() -> SecretMasker:
    from .infrastructure.evidence.secret_masker import RuleMasker

    return RuleMasker()


def _evidence_tools(loaded: LoadedSettings, cache: EvidenceCache) -> Tools:
    from .infrastructure.evidence.catalogue import all_tools
    from .infrastructure.evidence.process import Limits, ToolRunner

    limits = Limits(loaded.values.tool_seconds, loaded.values.tool_memory_mb)
    return all_tools(ToolRunner(limits), cache)


def _model(loaded: LoadedSettings, counter: TokenCounter) -> LanguageModel:
    from .infrastructure.llm.catalogue import build_model

    return build_model(loaded.values.model, counter)


def _catalog(loaded: LoadedSettings, tools: Tools, added: Sequence[AgentTemplate]) -> AgentCatalog:
    from .application.services.agent_tools import LOOK_UP_TOOLS
    from .domain.agents.roster import ROSTER
    from .infrastructure.config.agent_folder import AgentFolder

    known = frozenset(tool.profile.name for tool in tools) | LOOK_UP_TOOLS
    return AgentFolder((*ROSTER, *added), loaded.values.agents_dir, known)


def _outcomes(store: LongTermStore) -> OutcomeMemory:
    from .application.services.outcomes import OutcomeMemory

    return OutcomeMemory(store)


def _meta(
    loaded: LoadedSettings, catalog: AgentCatalog, model: LanguageModel, outcomes: OutcomeMemory
) -> MetaOrchestrator:
    from .application.orchestrators.meta import MetaOrchestrator

    gates = [Gate(name, threshold) for name, threshold in loaded.values.gates.items()]
    return MetaOrchestrator(
        catalog.templates(), model.info, outcomes.recall, loaded.values.max_concurrency, gates,
        use_history=loaded.values.history,
    )  # fmt: skip


def _turns(model: LanguageModel, counter: TokenCounter, clock: Clock, bus: EventBus) -> Turns:
    from .application.services.document_analysis import DocumentAnalysis
    from .application.turns.runner import TurnRunner

    advisor = DocumentAnalysis(clock)
    return lambda tools: TurnRunner(model, tools, counter, clock, bus, advisor)


def _agents(turns: Turns, model: LanguageModel, catalog: AgentCatalog, clock: Clock) -> AgentRunner:
    from .application.services.agent_runner import AgentRunner

    return AgentRunner(turns, model.info, catalog.templates(), clock)


def _benches(tools: Tools, workspace: Workspace, masker: SecretMasker) -> BenchBuilder:
    from .application.services.bench import BenchBuilder

    return BenchBuilder(tools, workspace, masker)


def _reporter(workspace: Workspace, tools: Tools, catalog: AgentCatalog, masker: SecretMasker) -> Reporter:
    from .application.services.reporting import Reporter

    profiles = {tool.profile.name: tool.profile for tool in tools}
    return Reporter(workspace, profiles, {agent.id: agent.tools for agent in catalog.templates()}, masker)


def _plan_task(workspace: Workspace, meta: MetaOrchestrator) -> PlanTask:
    from .application.use_cases.plan_task import PlanTask

    return PlanTask(workspace, meta)


def _plan_check(workspace: Workspace, meta: MetaOrchestrator) -> PlanCheck:
    from .application.use_cases.plan_check import PlanCheck

    return PlanCheck(workspace, meta)


def _around(bus: EventBus, clock: Clock, ids: Ids) -> Surroundings:
    from .application.services.crew import Surroundings

    return Surroundings(bus, clock, ids)


def _run_task(
    loaded: LoadedSettings,
    workspace: Workspace,
    journal: RunJournal,
    agents: AgentRunner,
    benches: BenchBuilder,
    reporter: Reporter,
    outcomes: OutcomeMemory,
    around: Surroundings,
) -> RunTask:
    from .application.use_cases.run_task import RunTask

    return RunTask(
        workspace=workspace, journal=journal, agents=agents, benches=benches, reporter=reporter,
        outcomes=outcomes, around=around, fail_on=loaded.values.fail_on,
    )  # fmt: skip


def _list_runs(journal: RunJournal) -> ListRuns:
    from .application.use_cases.list_runs import ListRuns

    return ListRuns(journal)


def _show_run(journal: RunJournal) -> ShowRun:
    from .application.use_cases.show_run import ShowRun

    return ShowRun(journal)


def _explain_finding(show_run: ShowRun, workspace: Workspace, masker: SecretMasker) -> ExplainFinding:
    from .application.use_cases.explain_finding import ExplainFinding

    return ExplainFinding(show_run, workspace, masker)


def _list_agents(catalog: AgentCatalog) -> ListAgents:
    from .application.use_cases.list_agents import ListAgents

    return ListAgents(catalog)


def _check_setup(loaded: LoadedSettings, model: LanguageModel, catalog: AgentCatalog) -> CheckSetup:
    from .application.use_cases.check_setup import CheckSetup
    from .infrastructure.config.setup_probe import LocalSetupProbe

    values = loaded.values
    probe = LocalSetupProbe(values.data_dir, model.info, values.model_dump(), loaded.origins)
    return CheckSetup(probe, catalog)


_one = providers.ThreadSafeSingleton


class Container(containers.DeclarativeContainer):
    """Every port with the adapter that fills it, and every use case."""

    loaded: providers.Provider[LoadedSettings] = providers.Dependency(instance_of=LoadedSettings)
    added_agents: providers.Provider[Sequence[AgentTemplate]] = providers.Object(())

    files: providers.Provider[ExitStack] = _one(ExitStack)
    clock: providers.Provider[Clock] = _one(_clock)
    ids: providers.Provider[Ids] = _one(_ids)
    event_bus: providers.Provider[EventBus] = _one(_event_bus, clock)
    workspace: providers.Provider[Workspace] = _one(_workspace, clock, loaded)
    counter: providers.Provider[TokenCounter] = _one(_counter)
    journal: providers.Provider[RunJournal] = _one(_journal, loaded, files)
    store: providers.Provider[LongTermStore] = _one(_store, loaded, files)
    masker: providers.Provider[SecretMasker] = _one(_masker)
    evidence_cache: providers.Provider[EvidenceCache] = _one(_evidence_cache, loaded, files)
    evidence_tools: providers.Provider[Tools] = _one(_evidence_tools, loaded, evidence_cache)
    model: providers.Provider[LanguageModel] = _one(_model, loaded, counter)
    catalog: providers.Provider[AgentCatalog] = _one(_catalog, loaded, evidence_tools, added_agents)

    outcomes: providers.Provider[OutcomeMemory] = _one(_outcomes, store)
    meta: providers.Provider[MetaOrchestrator] = _one(_meta, loaded, catalog, model, outcomes)
    turns: providers.Provider[Turns] = _one(_turns, model, counter, clock, event_bus)
    agents: providers.Provider[AgentRunner] = _one(_agents, turns, model, catalog, clock)
    benches: providers.Provider[BenchBuilder] = _one(_benches, evidence_tools, workspace, masker)
    reporter: providers.Provider[Reporter] = _one(_reporter, workspace, evidence_tools, catalog, masker)
    around: providers.Provider[Surroundings] = _one(_around, event_bus, clock, ids)

    plan_task: providers.Provider[PlanTask] = _one(_plan_task, workspace, meta)
    plan_check: providers.Provider[PlanCheck] = _one(_plan_check, workspace, meta)
    run_task: providers.Provider[RunTask] = _one(
        _run_task, loaded, workspace, journal, agents, benches, reporter, outcomes, around
    )
    list_runs: providers.Provider[ListRuns] = _one(_list_runs, journal)
    show_run: providers.Provider[ShowRun] = _one(_show_run, journal)
    explain_finding: providers.Provider[ExplainFinding] = _one(_explain_finding, show_run, workspace, masker)
    list_agents: providers.Provider[ListAgents] = _one(_list_agents, catalog)
    check_setup: providers.Provider[CheckSetup] = _one(_check_setup, loaded, model, catalog)


def open_container(
    root: str,
    overrides: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
    adapters: Mapping[str, object] | None = None,
) -> Container:
    """The container for the settings of the folder `root`, with `adapters` in place of providers by name."""
    loaded = load_settings(Path(root), overrides or {}, os.environ if env is None else env)
    own = {name: providers.Object(adapter) for name, adapter in (adapters or {}).items()}
    return Container(loaded=providers.Object(loaded), **own)


def close_container(container: Container) -> None:
    """Close the files of adapters that were made here; a host's own adapters are the host's to close."""
    container.files().close()
