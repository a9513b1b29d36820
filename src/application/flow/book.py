"""The records of one run in the hands of its driver."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import replace
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
    not keep: it does not take results along, and goes in as soon as there is room again, before anything that rests on
    it. `spent` is what calls of models have cost in this run, `reserved` what those under way may cost at most (US
    dollars, as far as their prices are known).
    """

    def __init__(self, journal: RunJournal, opened: OpenedRun, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._results: dict[str, Record] = {}
        self._failures: dict[str, list[Record]] = {}
        self._open: set[str] = set()
        self._begun: dict[str, int] = {}
        self._timers: dict[str, Record] = {}
        self._signals: dict[str, Record] = {}
        self._latest: dict[str, Record] = {}
        self._again: dict[str, int] = {}
        self._unkept: list[Record] = []
        self.run_id, self.epoch = opened.run.id, opened.epoch
        self.doubts: DoubtPolicy = opened.run.terms.in_doubt
        self.lanes = Lanes()
        self.gone = asyncio.Event()
        self.problems: list[str] = []
        self.spent = self.reserved = Decimal(0)
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

    def begun(self, key: str) -> int:
        """How often the step was announced."""
        return self._begun.get(key, 0)

    def has_begun(self, prefix: str) -> bool:
        """Whether anything is known of steps whose keys begin so."""
        return any(key.startswith(prefix) for key in itertools.chain(self._results, self._begun))

    @property
    def lost_calls(self) -> int:
        """Calls of models that crashes took, those that are not made again yet included."""
        return self.repeated + sum("/model/" in f"/{key}" for key in self._open)

    @property
    def repeated(self) -> int:
        """Paid calls that had to be made again, over all drives of the run."""
        return sum(self._again.values())

    def lost(self, key: str) -> int:
        """How often the call was under way when its process ended, and its answer is lost."""
        return self._again.get(key, 0) + self.in_doubt(key)

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
        await self._kept((self._record(kind, key, codec.dump(value), codec.version),))

    async def keep_with(self, event: str, content: object, key: str, value: T, codec: Codec[T]) -> None:
        """Record the result of a step and an event that belongs to it, both or neither; else as `keep`."""
        noted = self._record(RecordKind.EVENT, event, json.dumps(content, separators=(",", ":")))
        await self._kept((noted, self._record(RecordKind.RESULT, key, codec.dump(value), codec.version)))

    async def _kept(self, records: tuple[Record, ...]) -> None:
        try:
            await self._append(records)
        except Fenced:
            raise
        except StorageError as error:
            self.problems.append(str(error))
            self._unkept += records
            for record in records:
                self._take_in(record)

    async def insist(self, kind: RecordKind, key: str, value: T, codec: Codec[T]) -> None:
        """Record `value`; raises StorageError when that cannot be."""
        await self._append((self._record(kind, key, codec.dump(value), codec.version),))

    async def announce(self, key: str) -> None:
        """Record that a paid call begins: else a crash could take it, and nobody would know of it."""
        await self._kept((self._record(RecordKind.INTENT, key, ""),))

    async def _append(self, records: tuple[Record, ...]) -> None:
        """Record, after what could not be kept before; what rests on it must not be there without it."""
        owed, self._unkept = self._unkept, []
        if owed:
            records = tuple(replace(one, number=next(self._numbers)) for one in (*owed, *records))
        try:
            await self._journal.append(self.run_id, self.epoch, records)
        except StorageError as error:
            self._unkept = owed + self._unkept
            if isinstance(error, Fenced):
                self.gone.set()
            raise
        for record in records[len(owed) :]:
            self._take_in(record)

    async def flush(self) -> None:
        """Record what could not be recorded before; raises StorageError when there still is no room."""
        if self._unkept:
            await self._append(())

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
            self._begun[key] = self._begun.get(key, 0) + 1
            if key in self._open and not record.payload:
                self._again[key] = self._again.get(key, 0) + 1
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
