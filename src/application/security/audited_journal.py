"""A journal of which the audit log tells what persons were asked, and what they said."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...domain.journal.opened import OpenedRun, RunDump
from ...domain.journal.record import Record, RecordKind, Signal
from ...domain.orchestration.approvals import WaitKind
from ...domain.orchestration.run import RunRecord, RunStatus, RunSummary
from ...domain.ports.run_journal import RunJournal
from ...domain.security.audit_event import AuditEventType
from ..flow.asking import ASK, read_answer
from ..flow.flow import WAITING
from .audit_trail import AuditTrail

QUESTIONS = frozenset({WaitKind.APPROVAL.value, WaitKind.DOUBT.value})
DOUBT = "doubt:"


class AuditedJournal(RunJournal):
    """Tells of what a run is granted, of each question that it asks, and of each answer before it is kept.

    Whatever was told of a run is on the disk before its end is.
    """

    def __init__(self, inner: RunJournal, trail: AuditTrail) -> None:
        self._inner = inner
        self._trail = trail
        self._asked: set[tuple[str, str]] = set()

    async def create(self, run: RunRecord) -> int:
        """Open a run; what it was granted for all of its work is told first."""
        granted = ", ".join(sorted(run.plan.granted))
        if granted:
            await self._trail.record(AuditEventType.APPROVAL, granted, run=run.id, what="granted to the run")
        return await self._inner.create(run)

    async def keyed(self, idempotency_key: str) -> str | None:
        """The id of the run that was created with that key."""
        return await self._inner.keyed(idempotency_key)

    async def open(self, run_id: str, *, force: bool = False) -> OpenedRun:
        """Make this process the driver."""
        return await self._inner.open(run_id, force=force)

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records`."""
        self._tell_questions(run_id, records)
        await self._inner.append(run_id, epoch, records)

    def note(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records` soon."""
        self._tell_questions(run_id, records)
        self._inner.note(run_id, epoch, records)

    async def finish(self, run: RunRecord, epoch: int) -> None:
        """Keep the end, after everything that was told of the run."""
        await self._trail.flush()
        await self._inner.finish(run, epoch)

    async def signal(self, run_id: str, signal: Signal) -> None:
        """Keep a word for a run; what answers a question is told first, and not kept when it cannot be."""
        yes = _yes(signal)
        if yes is not None:
            step = signal.name.removeprefix(ASK).removeprefix(DOUBT)
            said = "granted" if yes else "refused"
            await self._trail.record(
                AuditEventType.APPROVAL, step, actor=signal.sender, run=run_id, what=said
            )
        await self._inner.signal(run_id, signal)

    async def signals(self, run_id: str, after: int = 0) -> tuple[Signal, ...]:
        """The signals of a run."""
        return await self._inner.signals(run_id, after)

    async def load(self, run_id: str) -> RunRecord | None:
        """The run."""
        return await self._inner.load(run_id)

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        return await self._inner.list(limit, status)

    async def events(self, run_id: str, after: int = 0, limit: int = 1000) -> tuple[Record, ...]:
        """The records of a run."""
        return await self._inner.events(run_id, after, limit)

    async def adopt(self, dump: RunDump) -> None:
        """Take in a whole run."""
        await self._inner.adopt(dump)

    async def compact(self, run_id: str) -> int:
        """Drop the steps of a completed run."""
        return await self._inner.compact(run_id)

    async def delete(self, run_id: str) -> bool:
        """Forget a run."""
        return await self._inner.delete(run_id)

    def _tell_questions(self, run_id: str, records: Sequence[Record]) -> None:
        """Each once in this process: a run that goes on asks again."""
        for record in records:
            if record.kind is not RecordKind.EVENT or not record.key.startswith(WAITING):
                continue
            name = record.key.removeprefix(WAITING)
            kind = json.loads(record.payload).get("kind")
            if kind in QUESTIONS and (run_id, name) not in self._asked:
                self._asked.add((run_id, name))
                step = name.removeprefix(ASK).removeprefix(DOUBT)
                self._trail.note(
                    AuditEventType.APPROVAL, step, actor="muster", run=run_id, what="asked", kind=kind
                )


def _yes(signal: Signal) -> bool | None:
    """What it says to a question, None when it answers none."""
    if signal.name.startswith(ASK):
        return read_answer(signal).yes
    if signal.name.startswith(DOUBT):
        return '"retry"' in signal.payload
    return None
