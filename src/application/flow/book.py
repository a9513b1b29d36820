"""The records of one run in the hands of its driver."""

from __future__ import annotations

import asyncio
import itertools
import json
from decimal import Decimal
from typing import TypeVar

from ...domain.errors import Fenced, StorageError
from ...domain.journal.opened import OpenedRun
from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.approvals import DoubtPolicy
from ...domain.ports.clock import Clock
from ...domain.ports.run_journal import RunJournal
from .codec import Codec
from .lanes import Lanes

T = TypeVar("T")
ENDS = frozenset({RecordKind.RESULT, RecordKind.AGENT, RecordKind.FAILURE})


class FlowBook:
    """What is known of each step by its key; new records go to the journal in the order of their numbers.

    `gone` is set when the run has gone over to another driver, and ends here. `problems` are what the journal could
    not keep: it does not take results along. `repeated` counts calls that had to be made again, and `spent` is what
    calls of models have cost in this run (US dollars, as far as their prices are known).
    """

    def __init__(self, journal: RunJournal, opened: OpenedRun, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._results: dict[str, Record] = {}
        self._failures: dict[str, list[Record]] = {}
        self._open: set[str] = set()
        self._timers: dict[str, Record] = {}
        self._signals: dict[str, Record] = {}
        self._latest: dict[str, Record] = {}
        self.run_id, self.epoch = opened.run.id, opened.epoch
        self.doubts: DoubtPolicy = opened.run.terms.in_doubt
        self.lanes = Lanes()
        self.gone = asyncio.Event()
        self.problems: list[str] = []
        self.repeated = opened.run.repeated
        self.spent = Decimal(0)
        for record in opened.records:
            self._take_in(record)
        last = opened.records[-1].number if opened.records else 0
        self._numbers = itertools.count(last + 1)
        for signal in opened.signals:
            self.lanes.arrive(signal)

    def result(self, key: str) -> Record | None:
        """What the step gave, if it was made."""
        return self._results.get(key)

    def failures(self, key: str) -> tuple[Record, ...]:
        """Attempts of the step that ended in an error, the oldest first."""
        return tuple(self._failures.get(key, ()))

    def in_doubt(self, key: str) -> bool:
        """Whether the step was begun, and nothing tells how it ended."""
        return key in self._open

    def timer(self, key: str) -> Record | None:
        """Until when something waits."""
        return self._timers.get(key)

    def taken(self, name: str) -> Record | None:
        """The signal of that name, once it was taken up."""
        return self._signals.get(name)

    def event(self, key: str) -> Record | None:
        """The newest event of that key."""
        return self._latest.get(key)

    async def keep(self, kind: RecordKind, key: str, value: T, codec: Codec[T]) -> None:
        """Record `value` before it is used; raises Fenced, and notes any other trouble as a problem."""
        try:
            await self.insist(kind, key, value, codec)
        except Fenced:
            raise
        except StorageError as error:
            self.problems.append(str(error))

    async def insist(self, kind: RecordKind, key: str, value: T, codec: Codec[T]) -> None:
        """Record `value`; raises StorageError when that cannot be."""
        record = self._record(kind, key, codec.dump(value), codec.version)
        try:
            await self._journal.append(self.run_id, self.epoch, (record,))
        except Fenced:
            self.gone.set()
            raise
        self._take_in(record)

    def note(self, kind: RecordKind, key: str, content: object = None) -> None:
        """Record something that nobody waits for; `content` is plain JSON."""
        payload = "" if content is None else json.dumps(content, separators=(",", ":"))
        record = self._record(kind, key, payload)
        self._journal.note(self.run_id, self.epoch, (record,))
        self._take_in(record)

    def _record(self, kind: RecordKind, key: str, payload: str, version: int = 1) -> Record:
        return Record(next(self._numbers), kind, key, self._clock.now(), self.epoch, payload, version)

    def _take_in(self, record: Record) -> None:
        kind, key = record.kind, record.key
        if kind is RecordKind.INTENT:
            self._open.add(key)
        elif kind in ENDS:
            self._open.discard(key)
            if kind is RecordKind.FAILURE:
                self._failures.setdefault(key, []).append(record)
            else:
                self._results[key] = record
        elif kind is RecordKind.TIMER:
            self._timers.setdefault(key, record)
        elif kind is RecordKind.SIGNAL:
            self._signals[key] = record
        else:
            self._latest[key] = record
