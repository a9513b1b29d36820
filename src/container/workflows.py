"""Workflows: which there are, where those that were begun are kept, and how their stages run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ..domain.agents.template import AgentTemplate
from ..domain.models.tier import ModelTier
from ..domain.orchestration.run import RunRecord
from ..domain.ports.agent_catalog import AgentCatalog
from ..domain.ports.clock import Clock
from ..domain.ports.evidence_tool import EvidenceTool
from ..domain.ports.ids import Ids
from ..domain.ports.run_journal import RunJournal
from ..domain.ports.workflow_catalog import WorkflowCatalog
from ..domain.ports.workflow_store import WorkflowStore
from ..domain.ports.workspace import Workspace
from ..infrastructure.config.loader import LoadedSettings
from . import crews, use_cases

if TYPE_CHECKING:
    from ..application.models.pool import ModelPool
    from ..application.orchestrators.meta import MetaOrchestrator
    from ..application.orchestrators.stage_plans import StagePlans
    from ..application.orchestrators.workflow import RunStage, StageOrder, WorkflowRunner
    from ..application.services.agent_runner import AgentRunner, Turns
    from ..application.services.crew import Surroundings
    from ..application.services.outcomes import OutcomeMemory
    from ..application.use_cases.cancel_workflow import CancelWorkflow
    from ..application.use_cases.list_workflow_runs import ListWorkflowRuns
    from ..application.use_cases.list_workflows import ListWorkflows
    from ..application.use_cases.plan_workflow import PlanWorkflow
    from ..application.use_cases.resume_workflow import ResumeWorkflow
    from ..application.use_cases.run_task import RunTask
    from ..application.use_cases.run_workflow import RunWorkflow
    from ..application.use_cases.show_workflow import ShowWorkflow

Tools = Sequence[EvidenceTool]
Schema = Mapping[str, object]


class OnTier(AgentCatalog):
    """A catalogue whose agents all work on one tier."""

    def __init__(self, catalog: AgentCatalog, tier: ModelTier) -> None:
        self._catalog = catalog
        self._tier = tier

    def templates(self) -> tuple[AgentTemplate, ...]:
        """The agents, moved to the tier."""
        return tuple(replace(template, tier=self._tier) for template in self._catalog.templates())


def workflow_catalog(loaded: LoadedSettings, catalog: AgentCatalog, tools: Tools) -> WorkflowCatalog:
    """The workflows that there are: built in, and those of the user's or project's folder."""
    from ..application.orchestrators.patterns import ARITIES
    from ..domain.workflows.checking import Names
    from ..infrastructure.config.workflow_folder import WorkflowFolder
    from ..infrastructure.workflows import BUILT_IN

    names = Names(
        agents=frozenset(agent.id for agent in catalog.templates()),
        patterns=ARITIES,
        tools=frozenset(tool.profile.name for tool in tools),
    )
    return WorkflowFolder(BUILT_IN, loaded.values.workflows_dir, names, loaded.workflows_of)


def workflow_store(loaded: LoadedSettings, files: ExitStack) -> WorkflowStore:
    """The workflows that were begun."""
    from ..infrastructure.workflows.sqlite_store import SqliteWorkflowStore

    return files.enter_context(closing(SqliteWorkflowStore(loaded.values.data_dir / "workflows.db")))


def stage_plans(
    loaded: LoadedSettings,
    workspace: Workspace,
    catalog: AgentCatalog,
    pool: ModelPool,
    outcomes: OutcomeMemory,
    meta: MetaOrchestrator,
) -> StagePlans:
    """Plans stages; one planner a tier."""
    from ..application.orchestrators.stage_plans import StagePlans

    @cache
    def planner(tier: ModelTier | None) -> MetaOrchestrator:
        return meta if tier is None else crews.meta(loaded, OnTier(catalog, tier), pool, outcomes)

    return StagePlans(workspace, planner, pool.info, catalog.templates())


def run_stage(
    loaded: LoadedSettings,
    run_task: RunTask,
    catalog: AgentCatalog,
    pool: ModelPool,
    turns: Turns,
    drivers: crews.Drivers,
    journal: RunJournal,
    around: Surroundings,
) -> RunStage:
    """Runs stages; one engine a tier."""
    from ..application.use_cases.run_task import RunOptions, RunTaskRequest

    @cache
    def engine(tier: ModelTier | None) -> RunTask:
        if tier is None:
            return run_task
        agents: AgentRunner = crews.agents(turns, pool, OnTier(catalog, tier), around.clock)
        return use_cases.run_task(loaded, drivers(agents), journal, around.ids, around.clock)

    async def run(order: StageOrder) -> RunRecord:
        request = RunTaskRequest(
            order.plan, budget=order.limits, options=RunOptions(idempotency_key=order.key)
        )
        return await engine(order.tier).execute(request)

    return run


def workflow_runner(store: WorkflowStore, plans: StagePlans, run: RunStage, clock: Clock) -> WorkflowRunner:
    """Drives workflows."""
    from ..application.orchestrators.workflow import WorkflowRunner

    return WorkflowRunner(store, plans, run, clock)


def list_workflows(catalog: WorkflowCatalog) -> ListWorkflows:
    """List workflows."""
    from ..application.use_cases.list_workflows import ListWorkflows

    return ListWorkflows(catalog)


def show_workflow(catalog: WorkflowCatalog) -> ShowWorkflow:
    """Show a workflow."""
    from ..application.use_cases.show_workflow import ShowWorkflow

    return ShowWorkflow(catalog)


def workflow_schema(catalog: WorkflowCatalog) -> Schema:
    """The JSON schema of a workflow's file."""
    return catalog.schema()


def plan_workflow(catalog: WorkflowCatalog, plans: StagePlans, clock: Clock) -> PlanWorkflow:
    """Plan a workflow."""
    from ..application.use_cases.plan_workflow import PlanWorkflow

    return PlanWorkflow(catalog, plans, clock)


def run_workflow(
    catalog: WorkflowCatalog,
    workspace: Workspace,
    store: WorkflowStore,
    runner: WorkflowRunner,
    clock: Clock,
    ids: Ids,
) -> RunWorkflow:
    """Run a workflow."""
    from ..application.use_cases.run_workflow import RunWorkflow

    return RunWorkflow(catalog, workspace, store, runner, clock, ids)


def resume_workflow(store: WorkflowStore, runner: WorkflowRunner) -> ResumeWorkflow:
    """Take up a workflow again."""
    from ..application.use_cases.resume_workflow import ResumeWorkflow

    return ResumeWorkflow(store, runner)


def cancel_workflow(store: WorkflowStore, runner: WorkflowRunner) -> CancelWorkflow:
    """End a workflow before its time."""
    from ..application.use_cases.cancel_workflow import CancelWorkflow

    return CancelWorkflow(store, runner)


def list_workflow_runs(store: WorkflowStore) -> ListWorkflowRuns:
    """List the workflows that were begun."""
    from ..application.use_cases.list_workflow_runs import ListWorkflowRuns

    return ListWorkflowRuns(store)
