"""Rules that every journal keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...domain.errors import StorageError, UnknownName
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, RunRecord, RunSummary

SHOWN = 5
"""Candidates that an ambiguous prefix is answered with."""


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


def the_one(prefix: str, candidates: Sequence[str]) -> str | None:
    """The id that `prefix` means among those that begin with it; raises UnknownName when that is several."""
    if prefix in candidates:
        return prefix
    if len(candidates) > 1:
        more = ", …" if len(candidates) > SHOWN else ""
        raise UnknownName(
            f"{prefix!r} is the beginning of several runs",
            details={"kind": "run", "name": prefix, "known": list(candidates)},
            hint=f"give more of it: {', '.join(candidates[:SHOWN])}{more}",
        )
    return candidates[0] if candidates else None


def taken(run_id: str) -> StorageError:
    """The error for an id that another run has."""
    return StorageError(
        f"there is a run {run_id!r} already", code="storage-taken", hint="begin it under a new id"
    )


def unknown(run_id: str) -> StorageError:
    """The error for writing to a run that was never opened."""
    return StorageError(f"there is no run {run_id!r}", code="storage-unknown-run", hint="create it first")
