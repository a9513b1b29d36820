"""How `muster workflow` carries a workflow out, and what it says at its end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...domain.workflows.state import WorkflowState
    from .failures import Interrupted


def show_plan(planning: Coroutine[Any, Any, Any], format_: str, output: str | None) -> int:
    """Write what a workflow would do; returns the exit code."""
    from .output import emit
    from .plain import as_json
    from .run_async import run_async
    from .terminal import stdout_width
    from .workflow_words import planned

    plan = run_async(planning)
    emit(as_json(plan=plan) if format_ == "json" else planned(plan, stdout_width()), output)
    return 0


def carry_out(
    work: Callable[[], Coroutine[Any, Any, WorkflowState]], farewell: Callable[[], Interrupted]
) -> WorkflowState:
    """The state of a workflow when it is over, or was stopped."""
    from .run_async import run_async

    return run_async(work(), farewell)


def finish(state: WorkflowState, format_: str, output: str | None) -> int:
    """Write the report and return the exit code."""
    import os
    import sys

    from ...domain.workflows.course import verdict_of
    from ...domain.workflows.state import WorkflowStatus
    from ..reports import Look
    from ..reports.workflow import render_workflow
    from .failures import INTERRUPTED
    from .output import emit, is_file
    from .terminal import PLAIN_WIDTH, wants_color, width_of
    from .work import VERDICTS

    plain = is_file(output) or sys.stdout is None
    look = (
        Look(width=PLAIN_WIDTH) if plain else Look(wants_color(sys.stdout, os.environ), width_of(sys.stdout))
    )
    emit(render_workflow(state, format_, look), output)
    if state.status is WorkflowStatus.CANCELLED:
        return INTERRUPTED
    return VERDICTS[verdict_of(state)]
