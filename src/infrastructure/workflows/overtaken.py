"""The refusal of a state that is no longer the last one."""

from __future__ import annotations

from ...domain.errors import Fenced
from ...domain.workflows.state import WorkflowState


def overtaken(state: WorkflowState) -> Fenced:
    """Another process has cancelled the workflow, or goes on with it."""
    return Fenced(
        f"workflow run {state.id!r} has been changed by another process",
        details={"workflow": state.id, "revision": state.revision},
        hint=f"see how it stands: muster workflow resume {state.id}",
    )
