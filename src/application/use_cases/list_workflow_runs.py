"""List the workflows that were begun."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.state import WorkflowLine


@dataclass(frozen=True, slots=True)
class ListWorkflowRunsRequest:
    """The newest `limit` of them."""

    limit: int = 20


class ListWorkflowRuns:
    """Lists the workflows that were begun, the newest first."""

    def __init__(self, store: WorkflowStore) -> None:
        self._store = store

    async def execute(self, request: ListWorkflowRunsRequest) -> tuple[WorkflowLine, ...]:
        """One line each."""
        return await self._store.list(request.limit)
