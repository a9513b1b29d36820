"""Take up a workflow again."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName
from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.state import WorkflowState
from ..orchestrators.workflow import Watch, WorkflowRunner, nobody_watches

NONE_KEPT = "see what was begun: muster workflow runs"


@dataclass(frozen=True, slots=True)
class ResumeWorkflowRequest:
    """The workflow that was begun as `workflow_id`, or as the only one whose id begins so."""

    workflow_id: str
    watch: Watch = nobody_watches


class ResumeWorkflow:
    """Goes on with a workflow from where it stands.

    - A completed stage is not run again; one that was under way goes on in the run that it had begun.
    - The definition is the one that the workflow was begun with, whatever the file says now.
    - One that is over is given back as it is.
    """

    def __init__(self, store: WorkflowStore, runner: WorkflowRunner) -> None:
        self._store = store
        self._runner = runner

    async def execute(self, request: ResumeWorkflowRequest) -> WorkflowState:
        """The state at the end; raises UnknownName, RunBusy, Fenced, StorageError."""
        state = await kept_workflow(self._store, request.workflow_id)
        return state if state.finished_at else await self._runner.drive(state, request.watch)


async def kept_workflow(store: WorkflowStore, workflow_id: str) -> WorkflowState:
    """The workflow that was begun so; raises UnknownName."""
    state = await store.load(workflow_id)
    if state is None:
        known = [line.id for line in await store.list(100)]
        raise UnknownName.of("workflow run", workflow_id, known, NONE_KEPT)
    return state
