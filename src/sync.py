"""The same for scripts: every call blocks until it is done.

from muster import sync

run = sync.run_task("review src for security")
print(run.report.summary)
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from .app import open_muster
from .application.use_cases.plan_check import CheckMode
from .domain.evidence.severity import Severity
from .domain.orchestration.plan import ExecutionPlan
from .domain.orchestration.run import RunRecord, RunSummary


def plan_task(
    task: str, workspace: str = ".", *, settings: Mapping[str, object] | None = None
) -> ExecutionPlan:
    """Say who would do `task`, how, and what it would take; spends nothing."""

    async def call() -> ExecutionPlan:
        async with open_muster(workspace, settings=settings) as app:
            return await app.plan_task(task, workspace)

    return asyncio.run(call())


def run_task(
    plan: ExecutionPlan | str,
    workspace: str = ".",
    *,
    budget_usd: float | None = None,
    baseline: Iterable[str] = (),
    fail_on: Severity | None = None,
    settings: Mapping[str, object] | None = None,
) -> RunRecord:
    """Run a plan, or plan a task and run it; see `muster.app.Muster.run_task`."""

    async def call() -> RunRecord:
        async with open_muster(workspace, settings=settings) as app:
            return await app.run_task(
                plan, workspace, budget_usd=budget_usd, baseline=baseline, fail_on=fail_on
            )

    return asyncio.run(call())


def check(
    workspace: str = ".",
    mode: CheckMode = CheckMode.WEEKLY,
    *,
    settings: Mapping[str, object] | None = None,
) -> RunRecord:
    """Plan and run a health check."""

    async def call() -> RunRecord:
        async with open_muster(workspace, settings=settings) as app:
            return await app.run_task(await app.plan_check(workspace, mode))

    return asyncio.run(call())


def runs(limit: int = 20, *, settings: Mapping[str, object] | None = None) -> tuple[RunSummary, ...]:
    """The newest runs first."""

    async def call() -> tuple[RunSummary, ...]:
        async with open_muster(settings=settings) as app:
            return await app.runs(limit)

    return asyncio.run(call())
