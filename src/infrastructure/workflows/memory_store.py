"""Workflows remembered as long as their process lasts."""

from __future__ import annotations

import threading
from dataclasses import replace

from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.course import line_of
from ...domain.workflows.state import WorkflowLine, WorkflowState
from ..common.prefix import the_one
from .overtaken import overtaken


class MemoryWorkflowStore(WorkflowStore):
    """Keeps workflows in this process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, WorkflowState] = {}

    async def save(self, state: WorkflowState) -> WorkflowState:
        """Keep `state`, unless somebody has kept a later one."""
        with self._lock:
            kept = self._kept.get(state.id)
            if (kept.revision if kept else 0) != state.revision:
                raise overtaken(state)
            self._kept[state.id] = replace(state, revision=state.revision + 1)
            return self._kept[state.id]

    async def load(self, workflow_id: str) -> WorkflowState | None:
        """The workflow whose id is or begins with `workflow_id`."""
        with self._lock:
            candidates = sorted(
                known for known in self._kept if workflow_id and known.startswith(workflow_id)
            )
            found = the_one("workflow run", workflow_id, candidates)
            return self._kept[found] if found else None

    async def list(self, limit: int = 20) -> tuple[WorkflowLine, ...]:
        """The last begun first."""
        with self._lock:
            kept = list(reversed(self._kept.values()))
        return tuple(line_of(state) for state in kept[: max(limit, 0)])
