"""Rows of the journal's file and what they mean; a digest tells when a row was damaged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter

from ...domain.journal.record import Record, RecordKind, Signal
from ...domain.orchestration.run import TERMS as USUAL_TERMS
from ...domain.orchestration.run import AgentResult, RunRecord, RunStatus, RunSummary, Verdict
from .forms import FORM, PLAN, REPORT, RESULT, TERMS, WAITS, parsed, terms_text, text_of
from .owner import Owner
from .selection import agents_of, summary_of

Row = tuple[Any, ...]


class DamagedRow(ValueError):
    """Something in the file is not what was written."""


def digest_of(*values: object) -> int:
    """A number of 64 bits that changes with every bit of `values`."""
    data = "\0".join(map(str, values)).encode()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)


def kept_text(text: str) -> str:
    """`text` as SQLite can keep it: half characters are written out, which in JSON changes nothing."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def moment_of(moment: datetime) -> str:
    """In UTC and of one length, so that text sorts as time does."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(timespec="microseconds")


def record_row(run_id: str, record: Record) -> Row:
    """The record as `RECORD` takes it."""
    key, payload = kept_text(record.key), kept_text(record.payload)
    values = (
        run_id, record.number, record.kind.value, key, moment_of(record.at), record.epoch, record.version, payload,
    )  # fmt: skip
    return (*values, digest_of(*values))


def record_of(run_id: str, row: Row) -> Record:
    """The record of a row; raises DamagedRow."""
    number, kind, key, at, epoch, version, payload, digest = row
    if digest_of(run_id, *row[:-1]) != digest:
        raise DamagedRow(f"record {number} is damaged")
    return Record(number, RecordKind(kind), key, datetime.fromisoformat(at), epoch, payload, version)


def signal_row(run_id: str, signal: Signal, number: int) -> Row:
    """The signal as `SIGNAL` takes it, under that number."""
    values = (
        run_id, number, kept_text(signal.name), kept_text(signal.payload), moment_of(signal.sent_at),
        kept_text(signal.sender),
    )  # fmt: skip
    return (*values, digest_of(*values))


def signal_of(run_id: str, row: Row) -> Signal:
    """The signal of a row; raises DamagedRow."""
    number, name, payload, sent_at, sender, digest = row
    if digest_of(run_id, *row[:-1]) != digest:
        raise DamagedRow(f"signal {number} is damaged")
    return Signal(name, payload, datetime.fromisoformat(sent_at), sender, number)


def agent_rows(run_id: str, results: Iterable[AgentResult]) -> list[Row]:
    """Results as `AGENT` takes them."""
    found = []
    for result in results:
        agent, text = kept_text(result.agent), text_of(RESULT, result)
        found.append((run_id, agent, FORM, text, digest_of(run_id, agent, FORM, text)))
    return found


def agent_of(run_id: str, row: Row) -> AgentResult:
    """The result of a row; raises DamagedRow. Version 1 of the file kept no digests."""
    agent, version, text, digest = row
    if digest is not None and digest_of(run_id, agent, version, text) != digest:
        raise DamagedRow(f"the result of agent {agent!r} is damaged")
    return parsed(RESULT, version, json.loads(text))


def run_row(run: RunRecord, status: RunStatus, epoch: int, owner: Owner | None) -> Row:
    """A run as `CREATE` takes it, in that state, with the process that drives it."""
    plan, terms = text_of(PLAN, run.plan), terms_text(run.terms)
    finished, error, report, verdict, score, findings, waits, repeated, form, end = end_values(run)
    host, pid, started = (owner.host, owner.pid, owner.started) if owner else ("", 0, "")
    return (
        run.id, FORM, moment_of(run.started_at), finished, status.value, kept_text(run.plan.task),
        kept_text(run.plan.root), verdict, score, findings, error, host, pid, started, plan, report, epoch,
        kept_text(run.idempotency_key), run.parent, run.resumed, repeated, terms, waits,
        digest_of(run.id, FORM, plan, terms), form, end,
    )  # fmt: skip


def end_values(run: RunRecord) -> Row:
    """What `FINISH` takes after id, epoch and status."""
    line = summary_of(run)
    finished = moment_of(run.finished_at) if run.finished_at else None
    error, report = kept_text(run.error), text_of(REPORT, run.report) if run.report else None
    waits = text_of(WAITS, run.waits) if run.waits else None
    digest = digest_of(run.id, finished, error, report, waits)
    return (
        finished, error, report, line.verdict, line.score, line.findings, waits, run.repeated, FORM, digest,
    )  # fmt: skip


def run_of(row: dict[str, Any], told: Iterable[AgentResult], steps: Iterable[Record]) -> RunRecord:
    """The run of a row, with what its end told and its records tell of its agents; raises DamagedRow."""
    version, end_version = row["schema_version"], row["end_version"]
    _check(row["digest"], "plan", row["id"], version, row["plan"], row["terms"])
    _check(
        row["end_digest"], "end", row["id"], row["finished_at"], row["error"], row["report"], row["waits"]
    )  # fmt: skip
    finished = row["finished_at"]
    plan = _part(PLAN, version, row["plan"])
    status = status_of(row["status"], Owner(row["owner_host"], row["owner_pid"], row["owner_started"]))
    return RunRecord(
        id=row["id"],
        plan=plan,
        status=status,
        started_at=datetime.fromisoformat(row["started_at"]),
        finished_at=datetime.fromisoformat(finished) if finished else None,
        agents=agents_of(plan, status, told, steps),
        report=_part(REPORT, end_version, row["report"]) if row["report"] else None,
        error=row["error"],
        terms=_part(TERMS, version, row["terms"]) if row["terms"] else USUAL_TERMS,
        idempotency_key=row["idempotency_key"],
        parent=row["parent"],
        waits=_part(WAITS, end_version, row["waits"]) if row["waits"] else (),
        resumed=row["resumed"],
        repeated=row["repeated"],
    )


def status_of(stored: str, owner: Owner) -> RunStatus:
    """What a run is, now that its driver may be gone."""
    status = RunStatus(stored)
    return RunStatus.INTERRUPTED if status is RunStatus.RUNNING and owner.is_gone() else status


def line_of(row: Row) -> RunSummary:
    """The line of a row of `LIST`; raises ValueError."""
    run_id, task, root, stored, started, verdict, score, findings, *owner = row
    began, status = datetime.fromisoformat(started), status_of(stored, Owner(*owner))
    return RunSummary(run_id, task, root, status, began, verdict and Verdict(verdict), score, findings)


def _part(adapter: TypeAdapter[Any], version: int, text: str) -> Any:
    return parsed(adapter, version, json.loads(text))


def _check(digest: int | None, what: str, *values: object) -> None:
    if digest is not None and digest_of(*values) != digest:
        raise DamagedRow(f"its {what} is damaged")
