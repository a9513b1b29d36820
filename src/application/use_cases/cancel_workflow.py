"""End a workflow before its time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...domain.errors import UserError
from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.state import WorkflowState, WorkflowStatus
from ..orchestrators.workflow import Watch, WorkflowRunner, nobody_watches
from .resume_workflow import kept_workflow


@dataclass(frozen=True, slots=True)
class CancelWorkflowRequest:
    """The workflow that was begun as `workflow_id`, or as the only one whose id begins so."""

    workflow_id: str
    watch: Watch = nobody_watches


class CancelWorkflow:
    """Ends a workflow, keeps what there is, and cleans up.

    - Stages that are not over are recorded as skipped; `always` stages run.
    - A process that is at work on it comes to know when its stage ends, and writes nothing more.
    - One that is over cannot be cancelled.
    """

    def __init__(self, store: WorkflowStore, runner: WorkflowRunner) -> None:
        self._store = store
        self._runner = runner

    async def execute(self, request: CancelWorkflowRequest) -> WorkflowState:
        """The state at the end; raises UnknownName, UserError, Fenced, StorageError."""
        state = await kept_workflow(self._store, request.workflow_id)
        if state.finished_at:
            message = f"workflow run {state.id!r} is {state.status.value} already"
            raise UserError(message, code="workflow-over", hint=f"see it: muster workflow resume {state.id}")
        state = await self._store.save(replace(state, status=WorkflowStatus.CANCELLED))
        return await self._runner.drive(state, request.watch)
