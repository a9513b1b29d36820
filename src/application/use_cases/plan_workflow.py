"""Plan a workflow."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.plan import ExecutionPlan
from ...domain.ports.clock import Clock
from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.workflows.course import inputs_of
from ...domain.workflows.state import StageRecord, WorkflowState
from ...domain.workflows.workflow import Workflow, WorkflowStage
from ..orchestrators.stage_plans import StagePlans
from .run_workflow import RunWorkflowRequest
from .show_workflow import workflow_named


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A stage with the plan of its run; without one, `lacks` says what is missing."""

    stage: WorkflowStage
    plan: ExecutionPlan | None
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowPlan:
    """What a workflow would do, as far as that can be said before its first stage has run."""

    workflow: Workflow
    stages: tuple[PlannedStage, ...]


class PlanWorkflow:
    """Says who would work in each stage, and what it would take.

    - Nothing is run, kept or spent.
    - Conditions are shown, not decided: they ask for what only a run can tell.
    """

    def __init__(self, catalog: WorkflowCatalog, plans: StagePlans, clock: Clock) -> None:
        self._catalog = catalog
        self._plans = plans
        self._clock = clock

    async def execute(self, request: RunWorkflowRequest) -> WorkflowPlan:
        """The plan of every stage; raises what RunWorkflow raises before it begins."""
        workflow = workflow_named(self._catalog, request.name, request.told)
        state = WorkflowState(
            id="",
            workflow=workflow,
            inputs=inputs_of(workflow, request.inputs),
            root=request.root,
            started_at=self._clock.now(),
            records=tuple(StageRecord(stage.id) for stage in workflow.stages),
            since=request.since,
            granted=request.granted,
        )
        return WorkflowPlan(workflow, tuple([await self._planned(state, stage) for stage in workflow.stages]))

    async def _planned(self, state: WorkflowState, stage: WorkflowStage) -> PlannedStage:
        lacks = self._plans.lacking(stage) if stage.needs_model else ""
        return PlannedStage(stage, None if lacks else await self._plans.plan(state, stage), lacks)
