"""Port: workflows that were begun, kept."""

from __future__ import annotations

from typing import Protocol

from ..workflows.state import WorkflowLine, WorkflowState


class WorkflowStore(Protocol):
    """Keeps the state of each workflow; of two processes that change one, the second is refused."""

    async def save(self, state: WorkflowState) -> WorkflowState:
        """Keep `state` and return it with its next revision; a state of revision 0 must be new.

        Raises Fenced when another process has kept a later one, StorageError when nothing can be written.
        """
        ...

    async def load(self, workflow_id: str) -> WorkflowState | None:
        """The state kept last; a prefix will do when it is unique; None when there is none.

        Raises UnknownName for a prefix of several, StorageError for one that cannot be read.
        """
        ...

    async def list(self, limit: int = 20) -> tuple[WorkflowLine, ...]:
        """The workflows that were begun last, first."""
        ...
