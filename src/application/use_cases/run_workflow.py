"""Run a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.budget.limits import BudgetLimits
from ...domain.ports.clock import Clock
from ...domain.ports.ids import Ids
from ...domain.ports.workflow_catalog import WorkflowCatalog
from ...domain.ports.workflow_store import WorkflowStore
from ...domain.ports.workspace import Workspace
from ...domain.workflows.broken import Told
from ...domain.workflows.course import inputs_of
from ...domain.workflows.state import StageRecord, WorkflowState
from ..models.budget import check_limits
from ..orchestrators.workflow import Watch, WorkflowRunner, nobody_watches
from .show_workflow import workflow_named


@dataclass(frozen=True, slots=True)
class RunWorkflowRequest:
    """The workflow `name` on the folder `root`; `limits` bound all its stages together.

    `granted` are the permissions that the user gives beyond reading; no workflow gives itself any. `told` is told of
    other workflows that cannot be read.
    """

    name: str
    root: str = "."
    inputs: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    granted: frozenset[str] = frozenset()
    limits: BudgetLimits = field(default_factory=BudgetLimits)
    watch: Watch = nobody_watches
    told: Told | None = None


class RunWorkflow:
    """Runs a workflow stage by stage.

    - Inputs that are missing, unknown or not among the choices are refused before anything is kept.
    - The state, with the whole definition, is kept before the first stage begins and after every change.
    - What all stages spend together stays within the limits.
    - A stage that is not run is recorded with its reason.
    """

    def __init__(
        self,
        catalog: WorkflowCatalog,
        workspace: Workspace,
        store: WorkflowStore,
        runner: WorkflowRunner,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._catalog = catalog
        self._workspace = workspace
        self._store = store
        self._runner = runner
        self._clock = clock
        self._ids = ids

    async def execute(self, request: RunWorkflowRequest) -> WorkflowState:
        """The state at the end; raises UnknownName, UserError, WorkspaceError, ConfigurationError, StorageError."""
        workflow = workflow_named(self._catalog, request.name, request.told)
        inputs = inputs_of(workflow, request.inputs)
        check_limits("of the workflow", request.limits)
        snapshot = await self._workspace.scan(request.root, request.since)
        state = WorkflowState(
            id=self._ids.new("flow"),
            workflow=workflow,
            inputs=inputs,
            root=snapshot.root,  # a kept workflow must say where, not "."
            started_at=self._clock.now(),
            records=tuple(StageRecord(stage.id) for stage in workflow.stages),
            since=request.since,
            granted=request.granted,
            limits=request.limits,
        )
        state = await self._store.save(state)
        return await self._runner.drive(state, request.watch)
