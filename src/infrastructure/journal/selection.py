"""Rules that every journal keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...domain.errors import Fenced, RunBusy, StorageError, UnknownName, UserError
from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus, RunSummary, joined
from .forms import RESULT, parsed

BEGUN = frozenset({RunStatus.RUNNING, RunStatus.INTERRUPTED})
"""States in which a run has no end yet that says what its agents did."""
TO_COME = frozenset({AgentStatus.SKIPPED, AgentStatus.CANCELLED})


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


def recorded(records: Iterable[Record]) -> dict[str, AgentResult]:
    """What the agent records tell, by agent: of one step the last word, several steps of one agent as one result.

    Raises ValueError for a payload that holds no result.
    """
    steps: dict[tuple[str, str], AgentResult] = {}
    for record in records:
        if record.kind is RecordKind.AGENT:
            result = _result(record)
            steps.pop((result.agent, record.key), None)
            steps[result.agent, record.key] = result
    by_agent: dict[str, list[AgentResult]] = {}
    for result in steps.values():
        by_agent.setdefault(result.agent, []).append(result)
    return {agent: whole for agent, theirs in by_agent.items() if (whole := joined(theirs))}


def agents_of(
    plan: ExecutionPlan, status: RunStatus, ended: Iterable[AgentResult], records: Iterable[Record]
) -> tuple[AgentResult, ...]:
    """The agents of a run, in plan order: as its end told them, or else as they were recorded."""
    told, steps = {result.agent: result for result in ended}, recorded(records)
    if status in BEGUN:  # an earlier end may have told of agents whose turn is still to come
        done = {agent: result for agent, result in told.items() if result.status not in TO_COME}
        return in_plan_order(plan, (done | steps).values())
    return in_plan_order(plan, (steps | told).values())


def _result(record: Record) -> AgentResult:
    payload = json.loads(record.payload)
    if not isinstance(payload, dict) or "result" not in payload:
        raise ValueError(f"record {record.number} holds no result of an agent")
    return parsed(RESULT, record.version, payload["result"])


def taken(run_id: str) -> StorageError:
    """The error for an id that another run has."""
    return StorageError(
        f"there is a run {run_id!r} already",
        code="storage-taken",
        details={"run_id": run_id},
        hint="begin it under a new id",
    )


def key_taken(key: str, run_id: str) -> StorageError:
    """The error for an idempotency key under which another run was begun."""
    return StorageError(
        f"run {run_id!r} was begun under the idempotency key {key!r} already",
        code="storage-taken",
        details={"run_id": run_id, "idempotency_key": key},
        hint=f"look at run {run_id}, or begin another under a new key",
    )


def unknown(run_id: str) -> UnknownName:
    """The error for a run that is not there."""
    return UnknownName(
        f"there is no run {run_id!r}",
        details={"kind": "run", "name": run_id, "known": []},
        hint="muster runs lists them",
    )


def fenced(run_id: str, epoch: int) -> Fenced:
    """The error for a driver that has lost its run, or has let go of it."""
    return Fenced(
        f"run {run_id!r} is no longer driven from here",
        details={"run_id": run_id, "epoch": epoch},
        hint="another process went on with it; nothing more of it is written here",
    )


def out_of_order(run_id: str, number: int, last: int) -> StorageError:
    """The error for a record whose number does not come after those that are kept."""
    return StorageError(
        f"record {number} of run {run_id!r} does not come after record {last}",
        code="storage-order",
        details={"run_id": run_id, "number": number, "last": last},
        hint="each record has a higher number than the one before",
    )


def busy(run_id: str, host: str, pid: int) -> RunBusy:
    """The error for a run that has a driver."""
    return RunBusy(
        f"process {pid} on {host!r} is at work on run {run_id!r}",
        details={"run_id": run_id, "host": host, "pid": pid},
        hint=f"wait for it to end, or cancel it: muster cancel {run_id}; take it over, if that process is certainly "
        f"gone: muster resume {run_id} --force",
    )


def completed(run_id: str) -> UserError:
    """The error for taking up a run that has come to its end."""
    return UserError(
        f"run {run_id!r} is completed; there is nothing left to go on with",
        code="run-completed",
        details={"run_id": run_id},
        hint="fork it to try something else from one of its steps",
    )


def may_go_on(run_id: str, status: RunStatus) -> UserError:
    """The error for dropping the steps of a run that may still need them."""
    return UserError(
        f"run {run_id!r} is {status}: its steps are needed to go on with it",
        code="run-open",
        details={"run_id": run_id, "status": status.value},
        hint="only completed runs can be compacted; resume it, or delete it",
    )
