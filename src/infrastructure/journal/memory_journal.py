"""Runs remembered as long as their process lasts."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...domain.errors import StorageError
from ...domain.journal.opened import OpenedRun, RunDump
from ...domain.journal.record import Record, Signal
from ...domain.orchestration.run import AgentResult, RunRecord, RunStatus, RunSummary
from ...domain.ports.run_journal import RunJournal
from ..common.prefix import the_one
from . import selection

log = logging.getLogger(__name__)


@dataclass
class _Kept:
    run: RunRecord
    epoch: int = 0
    records: list[Record] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)


class MemoryRunJournal(RunJournal):
    """Keeps runs in this process, so none that it drives is ever found interrupted; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    async def create(self, run: RunRecord) -> int:
        """Open a run in the name of this process."""
        with self._lock:
            self._add(_Kept(replace(run, status=RunStatus.RUNNING), epoch=1))
        return 1

    async def keyed(self, idempotency_key: str) -> str | None:
        """The id of the run that was created with that key."""
        with self._lock:
            return self._keyed(idempotency_key)

    async def open(self, run_id: str, *, force: bool = False) -> OpenedRun:
        """Make this process the driver of a run."""
        with self._lock:
            kept = self._known(run_id)
            if not force:
                _refuse_driven(kept)
            if kept.run.status is RunStatus.COMPLETED:
                raise selection.completed(run_id)
            kept.epoch += 1
            kept.run = replace(
                kept.run, status=RunStatus.RUNNING, finished_at=None, error="", report=None, waits=(),
                resumed=kept.run.resumed + 1,
            )  # fmt: skip
            return OpenedRun(_read(kept), kept.epoch, tuple(kept.records), tuple(kept.signals))

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records`, all or none."""
        with self._lock:
            self._append(run_id, epoch, records)

    def note(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records`; a failure is only logged."""
        try:
            with self._lock:
                self._append(run_id, epoch, records)
        except StorageError as error:
            log.warning("a note was not kept: %s", error)

    async def finish(self, run: RunRecord, epoch: int) -> None:
        """Keep a run's end; agents recorded before stay, those of `run` are the newer word."""
        with self._lock:
            kept = self._driven(run.id, epoch)
            kept.run = replace(
                kept.run, status=run.status, finished_at=run.finished_at, report=run.report, error=run.error,
                waits=run.waits, repeated=run.repeated, agents=_merged(kept.run.agents, run.agents),
            )  # fmt: skip

    async def signal(self, run_id: str, signal: Signal) -> None:
        """Keep a word for a run."""
        with self._lock:
            kept = self._known(run_id)
            kept.signals.append(replace(signal, number=len(kept.signals) + 1))

    async def signals(self, run_id: str, after: int = 0) -> tuple[Signal, ...]:
        """The signals with a number above `after`."""
        with self._lock:
            kept = self._kept.get(run_id)
            return tuple(kept.signals[max(after, 0) :]) if kept else ()

    async def load(self, run_id: str) -> RunRecord | None:
        """The run whose id is or begins with `run_id`."""
        with self._lock:
            candidates = sorted(known for known in self._kept if run_id and known.startswith(run_id))
            found = the_one("run", run_id, candidates)
            return _read(self._kept[found]) if found else None

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        with self._lock:
            runs = [kept.run for kept in self._kept.values() if status in {None, kept.run.status}]
        runs.sort(key=lambda run: (run.started_at, run.id), reverse=True)
        return tuple(selection.summary_of(run) for run in runs[: max(limit, 0)])

    async def events(self, run_id: str, after: int = 0, limit: int = 1000) -> tuple[Record, ...]:
        """The records with a number above `after`."""
        with self._lock:
            kept = self._kept.get(run_id)
            records = kept.records if kept else []
            return tuple([record for record in records if record.number > after][: max(limit, 0)])

    async def adopt(self, dump: RunDump) -> None:
        """Take in a whole run."""
        lost = dump.run.status is RunStatus.RUNNING
        run = replace(dump.run, status=RunStatus.INTERRUPTED) if lost else dump.run
        epoch = max((record.epoch for record in dump.records), default=0)
        with self._lock:
            self._add(_Kept(run, epoch, list(dump.records), list(dump.signals)))

    async def compact(self, run_id: str) -> int:
        """Drop the steps of a completed run."""
        with self._lock:
            kept = self._known(run_id)
            if kept.run.status is not RunStatus.COMPLETED:
                raise selection.may_go_on(run_id, kept.run.status)
            kept.run = _read(kept)
            dropped = len(kept.records)
            kept.records.clear()
            return dropped

    async def delete(self, run_id: str) -> bool:
        """Forget a run."""
        with self._lock:
            if run_id not in self._kept:
                return False
            _refuse_driven(self._kept[run_id])
            del self._kept[run_id]
            return True

    def _add(self, kept: _Kept) -> None:
        if kept.run.id in self._kept:
            raise selection.taken(kept.run.id)
        holder = self._keyed(kept.run.idempotency_key)
        if holder is not None:
            raise selection.key_taken(kept.run.idempotency_key, holder)
        self._kept[kept.run.id] = kept

    def _keyed(self, key: str) -> str | None:
        return next(
            (id_ for id_, kept in self._kept.items() if key and kept.run.idempotency_key == key), None
        )

    def _known(self, run_id: str) -> _Kept:
        if run_id not in self._kept:
            raise selection.unknown(run_id)
        return self._kept[run_id]

    def _driven(self, run_id: str, epoch: int) -> _Kept:
        kept = self._kept.get(run_id)
        if kept is None or kept.run.status is not RunStatus.RUNNING or kept.epoch != epoch:
            raise selection.fenced(run_id, epoch)
        return kept

    def _append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        kept = self._driven(run_id, epoch)
        last = kept.records[-1].number if kept.records else 0
        for record in records:
            if record.number <= last:
                raise selection.out_of_order(run_id, record.number, last)
            last = record.number
        kept.records.extend(records)


def _refuse_driven(kept: _Kept) -> None:
    if kept.run.status is RunStatus.RUNNING:
        raise selection.busy(kept.run.id, socket.gethostname(), os.getpid())


def _read(kept: _Kept) -> RunRecord:
    run = kept.run
    return replace(run, agents=selection.agents_of(run.plan, run.status, run.agents, kept.records))


def _merged(before: Sequence[AgentResult], after: Sequence[AgentResult]) -> tuple[AgentResult, ...]:
    return tuple(({one.agent: one for one in before} | {one.agent: one for one in after}).values())
