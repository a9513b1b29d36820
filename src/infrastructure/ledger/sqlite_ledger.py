"""Costs in a SQLite file."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw

from ...domain.errors import StorageError
from ...domain.ledger.entry import REFUSED, CostTotal, Grouping, LedgerEntry, LedgerQuery
from ...domain.models.usage import Usage
from ...domain.ports.cost_ledger import CostLedger
from ..common.sqlite import Database
from ..common.sqlite_queue import immediate
from .rows import COLUMNS, INSERT, SCHEMA, entry_of, moment, row_of, text
from .sound import sound
from .sums import add, dearest_first

APPLICATION_ID = 0x4D53544C  # "MSTL"
GATHERING = 0.02
"""Seconds between two commits at least: entries that come meanwhile share the second one.

A commit takes about 0.4 ms of a processor: this many bound that to 2 % of one, however many calls there are.
"""
UNFIT = (
    apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError,
    ArithmeticError, AttributeError, TypeError, ValueError,
)  # fmt: skip
"""Errors about the entry rather than about the file."""
KEYS = {
    Grouping.RUN: "run_id",
    Grouping.AGENT: "agent",
    Grouping.MODEL: "model",
    Grouping.PROVIDER: "provider",
    Grouping.TIER: "tier",
    Grouping.DAY: "substr(at, 1, 10)",
}
_REFUSED = f"coalesce(error IN ({', '.join(repr(kind.value) for kind in sorted(REFUSED))}), 0)"
TOTALS = f"""
SELECT
    {{key}} AS key, count(*), sum({_REFUSED}), sum(error IS NOT NULL), sum(input), sum(output), sum(cache_read),
    sum(cache_write), sum(reasoning), exact_sum(cost), sum(cost IS NULL), sum(source = 'estimated'),
    sum(cached), exact_sum(spared)
FROM entries {{where}} GROUP BY 1
"""  # noqa: S608 - constants
WHERE = """
WHERE (?1 = '' OR run_id = ?1) AND (?2 = '' OR agent = ?2)
AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
"""
log = logging.getLogger(__name__)


class SqliteCostLedger(CostLedger):
    """Entries are written in the order in which they came, by a thread of the file's own; several processes may
    use the same file.

    An idle ledger writes at once; a busy one gathers entries for at most `GATHERING` seconds. So a process that is
    killed loses the calls that ended within that time, and the time of one write, before it died; one that ends
    or crashes with an exception loses none. When the file cannot be written, entries stay in memory and are tried
    again with the next. An entry that no file takes is left out and logged. `problems` tells both.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, (SCHEMA,))
        self._lock = threading.Lock()
        self._waiting: list[LedgerEntry] = []
        self._has_writer = False
        self._hurry = threading.Event()
        self._last_commit = 0.0
        self._problem: BaseException | None = None
        self._left_out = Counter[str]()

    @property
    def problems(self) -> tuple[str, ...]:
        """What stands against writing now, and which calls were left out; empty when everything could be written."""
        with self._lock:
            left_out = tuple(f"{count} calls are left out: {why}" for why, count in self._left_out.items())
            if self._problem is None:
                return left_out
            return (f"{len(self._waiting)} calls are not in the ledger: {self._problem}", *left_out)

    def record(self, entry: LedgerEntry) -> None:
        """Take `entry` in; it is on the disk soon after."""
        with self._lock:
            self._waiting.append(entry)
            if self._has_writer:
                return
            self._has_writer = True
        try:
            self._database.submit(self._write).add_done_callback(self._written)
        except StorageError as error:
            self._stopped(error)

    async def totals(self, by: Grouping, query: LedgerQuery) -> tuple[CostTotal, ...]:
        """Sums to the last digit; raises StorageError also when an entry could not be written."""
        sql = TOTALS.format(key=KEYS[by], where=WHERE)

        def work(connection: apsw.Connection) -> list[tuple[Any, ...]]:
            self._commit(connection)
            connection.create_aggregate_function("exact_sum", ExactSum, 1)
            return connection.execute(sql, _arguments(query)).fetchall()

        return dearest_first(_total(row) for row in await self._at_once(work))

    async def entries(self, query: LedgerQuery) -> tuple[LedgerEntry, ...]:
        """The entries that match; of one moment, the one that was recorded first."""
        sql = f"SELECT {COLUMNS} FROM entries {WHERE} ORDER BY at, id"  # noqa: S608 - constants

        def work(connection: apsw.Connection) -> list[tuple[Any, ...]]:
            self._commit(connection)
            return connection.execute(sql, _arguments(query)).fetchall()

        return tuple(entry_of(row) for row in await self._at_once(work))

    def close(self) -> None:
        """Write what is waiting and let go of the file; what cannot be written is logged."""
        self._hurry.set()
        with self._lock:
            waiting = bool(self._waiting)
        try:
            if waiting:
                self._database.submit(self._commit).result()
        except StorageError as error:
            self._stopped(error)
        self._database.close()
        for problem in self.problems:
            log.error("%s", problem)

    async def _at_once(self, work: Any) -> list[tuple[Any, ...]]:
        """What `work` reads, without waiting for more entries to gather."""
        self._hurry.set()
        rows: list[tuple[Any, ...]] = await self._database.read(work)
        return rows

    def _write(self, connection: apsw.Connection) -> None:
        """Write until nothing waits; runs on the file's thread."""
        while True:
            self._hurry.wait(max(0.0, self._last_commit + GATHERING - time.monotonic()))
            self._commit(connection)
            with self._lock:
                if not self._waiting:
                    self._has_writer = False
                    return

    def _commit(self, connection: apsw.Connection) -> None:
        """Write all that waits in one transaction; nothing leaves memory before it is on the disk."""
        self._hurry.clear()
        with self._lock:
            batch = tuple(self._waiting)
        left_out: list[str] = []
        if batch:
            with immediate(connection):
                left_out = [why for entry in batch if (why := _insert(connection, entry))]
        with self._lock:
            del self._waiting[: len(batch)]
            self._problem = None
            self._left_out.update(left_out)
        self._last_commit = time.monotonic()
        for why in left_out:
            log.error("a call is left out of the ledger: %s", why)

    def _written(self, done: Future[None]) -> None:
        error = done.exception()
        if error is not None:
            self._stopped(error)

    def _stopped(self, error: BaseException) -> None:
        """Nobody writes any more; the next entry brings the next attempt."""
        with self._lock:
            is_new = self._problem is None
            self._problem = error
            self._has_writer = False
        if is_new:
            log.warning("costs cannot be written, and are kept in memory: %s", error)


def _insert(connection: apsw.Connection, entry: LedgerEntry) -> str:
    """Write `entry`, its numbers made sound; says what is wrong with one that cannot be written, else nothing."""
    try:
        better = sound(entry)
        connection.execute(INSERT, row_of(better))
    except UNFIT as error:
        return f"{type(error).__name__} in one of {entry.attempt.model!r}"
    if better is not entry:
        log.warning("numbers that a call of %r cannot have were not believed", entry.attempt.model)
    return ""


class ExactSum:
    """Adds up money that is written as text; what has no price adds nothing."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, *values: object) -> None:
        """Take one row in."""
        for amount in values:
            if isinstance(amount, str):
                self._total = add(self._total, Decimal(amount))

    def final(self) -> str:
        """The sum as text."""
        return str(self._total)


def _arguments(query: LedgerQuery) -> tuple[str | None, ...]:
    since, until = query.since, query.until
    return (
        text(query.run_id),
        text(query.agent),
        moment(since) if since else None,
        moment(until) if until else None,
    )


def _total(row: tuple[Any, ...]) -> CostTotal:
    key, entries, refused, failed, *counts, cost, unpriced, estimated, cached, spared = row
    return CostTotal(
        key, entries - refused, failed - refused, Usage(*counts), Decimal(cost), unpriced, estimated, cached,
        refused, Decimal(spared),
    )  # fmt: skip
