"""Rules that every journal keeps."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.errors import StorageError
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, RunRecord, RunSummary


def summary_of(run: RunRecord) -> RunSummary:
    """The run as one line of a list."""
    return RunSummary(
        id=run.id,
        task=run.plan.task,
        root=run.plan.root,
        status=run.status,
        started_at=run.started_at,
        verdict=run.report.verdict if run.report else None,
        score=run.report.health.score if run.report else None,
        findings=len(run.findings),
    )


def in_plan_order(plan: ExecutionPlan, results: Iterable[AgentResult]) -> tuple[AgentResult, ...]:
    """Results as the plan lists their agents; agents that it does not know come last, in their own order."""
    places = {planned.agent: place for place, planned in enumerate(plan.agents)}
    return tuple(sorted(results, key=lambda result: places.get(result.agent, len(places))))


def taken(run_id: str) -> StorageError:
    """The error for an id that another run has."""
    return StorageError(
        f"there is a run {run_id!r} already", code="storage-taken", hint="begin it under a new id"
    )


def unknown(run_id: str) -> StorageError:
    """The error for writing to a run that was never opened."""
    return StorageError(f"there is no run {run_id!r}", code="storage-unknown-run", hint="create it first")
