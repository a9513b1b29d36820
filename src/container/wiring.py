"""Every port with the adapter that fills it.

Each provider says which port it fills. An adapter, and with it whatever library it needs, is imported by its builder
when it is first asked for. A test or a host overrides any provider: `Container(model=providers.Object(mine))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from ..domain.agents.template import AgentTemplate
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
from . import crews, evidence, ground, models, use_cases

if TYPE_CHECKING:
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.services.agent_runner import AgentRunner, Turns
    from ..application.services.bench import BenchBuilder
    from ..application.services.crew import Surroundings
    from ..application.services.outcomes import OutcomeMemory
    from ..application.services.reporting import Reporter
    from ..application.use_cases.check_setup import CheckSetup
    from ..application.use_cases.explain_finding import ExplainFinding
    from ..application.use_cases.list_agents import ListAgents
    from ..application.use_cases.list_runs import ListRuns
    from ..application.use_cases.plan_check import PlanCheck
    from ..application.use_cases.plan_task import PlanTask
    from ..application.use_cases.run_task import RunTask
    from ..application.use_cases.show_run import ShowRun
    from ..infrastructure.evidence.cache import EvidenceCache

Tools = Sequence[EvidenceTool]


_one = providers.ThreadSafeSingleton


class Container(containers.DeclarativeContainer):
    """Every port with the adapter that fills it, and every use case."""

    loaded: providers.Provider[LoadedSettings] = providers.Dependency(instance_of=LoadedSettings)
    added_agents: providers.Provider[Sequence[AgentTemplate]] = providers.Object(())

    files: providers.Provider[ExitStack] = _one(ExitStack)
    clock: providers.Provider[Clock] = _one(ground.clock)
    ids: providers.Provider[Ids] = _one(ground.ids)
    event_bus: providers.Provider[EventBus] = _one(ground.event_bus, clock)
    workspace: providers.Provider[Workspace] = _one(ground.workspace, clock, loaded)
    counter: providers.Provider[TokenCounter] = _one(ground.counter)
    journal: providers.Provider[RunJournal] = _one(ground.journal, loaded, files)
    store: providers.Provider[LongTermStore] = _one(ground.store, loaded, files)
    masker: providers.Provider[SecretMasker] = _one(ground.masker)
    evidence_cache: providers.Provider[EvidenceCache] = _one(evidence.evidence_cache, loaded, files)
    evidence_tools: providers.Provider[Tools] = _one(evidence.evidence_tools, loaded, evidence_cache)
    model: providers.Provider[LanguageModel] = _one(models.model, loaded, counter)
    catalog: providers.Provider[AgentCatalog] = _one(crews.catalog, loaded, evidence_tools, added_agents)

    outcomes: providers.Provider[OutcomeMemory] = _one(crews.outcomes, store)
    meta: providers.Provider[MetaOrchestrator] = _one(crews.meta, loaded, catalog, model, outcomes)
    turns: providers.Provider[Turns] = _one(crews.turns, model, counter, clock, event_bus)
    agents: providers.Provider[AgentRunner] = _one(crews.agents, turns, model, catalog, clock)
    benches: providers.Provider[BenchBuilder] = _one(crews.benches, evidence_tools, workspace, masker)
    reporter: providers.Provider[Reporter] = _one(crews.reporter, workspace, evidence_tools, catalog, masker)
    around: providers.Provider[Surroundings] = _one(crews.around, event_bus, clock, ids)

    plan_task: providers.Provider[PlanTask] = _one(use_cases.plan_task, workspace, meta)
    plan_check: providers.Provider[PlanCheck] = _one(use_cases.plan_check, workspace, meta)
    run_task: providers.Provider[RunTask] = _one(
        use_cases.run_task, loaded, workspace, journal, agents, benches, reporter, outcomes, around
    )
    list_runs: providers.Provider[ListRuns] = _one(use_cases.list_runs, journal)
    show_run: providers.Provider[ShowRun] = _one(use_cases.show_run, journal)
    explain_finding: providers.Provider[ExplainFinding] = _one(
        use_cases.explain_finding, show_run, workspace, masker
    )
    list_agents: providers.Provider[ListAgents] = _one(use_cases.list_agents, catalog)
    check_setup: providers.Provider[CheckSetup] = _one(use_cases.check_setup, loaded, model, catalog)
