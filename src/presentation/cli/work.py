"""What commands that drive runs share: follow a run, write its report, return its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...domain.budget.limits import BudgetLimits
from ...domain.errors import UserError
from ...domain.evidence.severity import Severity
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord, RunStatus, Verdict
from ..reports.waits import waiting_lines
from .failures import INTERNAL, INTERRUPTED, Interrupted
from .output import emit, is_file
from .progress import Progress
from .run_async import run_async
from .terminal import PLAIN_WIDTH, say, wants_color, width_of
from .watching import progress_for

if TYPE_CHECKING:
    from ...application.use_cases.run_task import RunOptions
    from ...container import Container

Planning = Callable[[], Coroutine[Any, Any, ExecutionPlan]]
Driving = Callable[[], Coroutine[Any, Any, RunRecord]]
VERDICTS = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.PARTIAL: 5}
WAITING = 6


@dataclass(frozen=True, slots=True)
class Look:
    """How a result is written: format, and the file or None for stdout."""

    format: str
    output: str | None

    def show_run(self, record: RunRecord) -> None:
        """Write a run."""
        from ..reports import render_run

        color, width = self.screen()
        emit(render_run(record, self.format, color=color, width=width), self.output)

    def show_plan(self, plan: ExecutionPlan) -> None:
        """Write a plan."""
        from ..reports import render_plan

        color, width = self.screen()
        emit(render_plan(plan, self.format, color=color, width=width), self.output)

    def screen(self) -> tuple[bool, int]:
        """Whether colours are welcome, and how many columns there are."""
        if is_file(self.output) or sys.stdout is None:
            return False, PLAIN_WIDTH
        return wants_color(sys.stdout, os.environ), width_of(sys.stdout)


@dataclass(frozen=True, slots=True)
class Standards:
    """What the findings are held against besides the gates."""

    baseline: frozenset[str]
    fail_on: Severity | None


def carry_out(
    session: Container,
    planning: Planning,
    standards: Standards,
    limits: BudgetLimits,
    *,
    quiet: bool,
    options: RunOptions | None = None,
) -> RunRecord:
    """Plan, run, and tell how it goes; raises Interrupted with the run that is kept."""
    from ...application.use_cases.run_task import OPTIONS, RunTaskRequest

    async def work() -> RunRecord:
        plan = await planning()
        request = RunTaskRequest(
            plan, standards.baseline, standards.fail_on, limits, options=options or OPTIONS
        )
        return await session.run_task().execute(request)

    return follow(session, work, quiet=quiet)


def follow(session: Container, drive: Driving, *, quiet: bool) -> RunRecord:
    """Await a run that is driven in this process, and tell how it goes; raises Interrupted as `carry_out`."""
    from ...application.use_cases.show_run import ShowRunRequest

    async def work(progress: Progress) -> RunRecord:
        unsubscribe = session.event_bus().subscribe(progress)
        try:
            run = await drive()
        finally:
            unsubscribe()
        if run.status not in {RunStatus.WAITING, RunStatus.CANCELLED}:
            return run
        return await session.show_run().execute(
            ShowRunRequest(run.id)
        )  # with what its agents have done, and spent, by now

    with progress_for(quiet) as progress:
        return run_async(work(progress), lambda: _farewell(progress))


def _farewell(progress: Progress) -> Interrupted:
    progress.close()
    if not progress.run_id:
        return Interrupted("interrupted before the run began; nothing was kept")
    return Interrupted(
        f"interrupted; run {progress.run_id} keeps what was found until now, and can go on: muster resume",
        f"muster show {progress.run_id}",
    )


async def ready(plan: ExecutionPlan) -> ExecutionPlan:
    """A plan that is there already, for who awaits one."""
    return plan


def exit_code(record: RunRecord) -> int:
    """The exit code that a run's end means."""
    if record.report is not None and record.status is RunStatus.COMPLETED:
        return VERDICTS[record.report.verdict]
    if record.status is RunStatus.WAITING:
        return WAITING
    return INTERRUPTED if record.status is RunStatus.CANCELLED else INTERNAL


def finish(record: RunRecord, look: Look) -> int:
    """Write the report, tell what went wrong or is waited for beside it, and return the exit code."""
    look.show_run(record)
    for line in waiting_lines(record):
        say(line)
    if record.error:
        say(f"muster: {' '.join(record.error.split())}")
    return exit_code(record)


def task_text(task: str) -> str:
    """The task as given, or for "-" what stdin holds; raises UserError when that is not text."""
    if task != "-":
        return task
    if sys.stdin is None:
        raise UserError("there is no stdin to read the task from", code="task", hint="give the task as words")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UserError(
            "the task on stdin is not UTF-8 text", code="task", hint="convert it first"
        ) from error
