"""Runs in a SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import apsw

from ...domain.journal.opened import OpenedRun, RunDump
from ...domain.journal.record import Record, Signal
from ...domain.orchestration.run import RunRecord, RunStatus, RunSummary
from ...domain.ports.run_journal import RunJournal
from ..common.prefix import the_one
from ..common.sqlite import Database
from . import tables
from .owner import Owner
from .rows import agent_rows, end_values, kept_text, run_row
from .sqlite_schema import APPLICATION_ID, KEYED, MIGRATIONS, PREFIXED

T = TypeVar("T")


class SqliteRunJournal(RunJournal):
    """What is awaited is on the disk before it returns; several processes may use the same file.

    A run names the process that drives it; once that is gone, a run still open reads as interrupted. Every row has a
    digest: damage is told, by the run and the row, and hides no other run. Rows are made on the file's thread: a
    thousand runs that begin at once would else keep the event loop from everything else.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)

    async def create(self, run: RunRecord) -> int:
        """Open a run in the name of this process."""
        owner = Owner.current()

        def work(connection: apsw.Connection) -> None:
            row = run_row(run, RunStatus.RUNNING, 1, owner)
            tables.add(connection, row, agent_rows(run.id, run.agents))

        await self._database.write(work)
        return 1

    async def keyed(self, idempotency_key: str) -> str | None:
        """The id of the run that was created with that key."""
        key = kept_text(idempotency_key)
        found: str | None = await self._database.read(lambda c: c.execute(KEYED, (key,)).get)
        return found

    async def open(self, run_id: str, *, force: bool = False) -> OpenedRun:
        """Make this process the driver of a run, unless somebody is; with `force` in any case."""
        owner = Owner.current()
        return await self._database.write(
            self._reading(run_id, lambda c: tables.take_over(c, run_id, owner, force=force))
        )

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records`, all or none; those of other runs share the transaction."""
        await self._database.write(lambda c: tables.append(c, run_id, epoch, records))

    def note(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records` soon; a failure is only logged."""
        self._database.later(lambda c: tables.append(c, run_id, epoch, records))

    async def finish(self, run: RunRecord, epoch: int) -> None:
        """Keep a run's end; agents recorded before stay, those of `run` are the newer word."""

        def work(connection: apsw.Connection) -> None:
            values = (kept_text(run.id), epoch, run.status.value, *end_values(run))
            tables.finish(connection, values, agent_rows(run.id, run.agents))

        await self._database.write(work)

    async def signal(self, run_id: str, signal: Signal) -> None:
        """Keep a word for a run, under the next number."""
        await self._database.write(lambda c: tables.signal(c, run_id, signal))

    async def signals(self, run_id: str, after: int = 0) -> tuple[Signal, ...]:
        """The signals with a number above `after`; raises StorageError when one of them is damaged."""
        name = kept_text(run_id)
        return await self._database.read(self._reading(run_id, lambda c: tables.signals(c, name, after)))

    async def load(self, run_id: str) -> RunRecord | None:
        """The run whose id is or begins with `run_id`; raises StorageError when it is damaged."""

        def work(connection: apsw.Connection) -> RunRecord | None:
            candidates = [known for (known,) in connection.execute(PREFIXED, (kept_text(run_id),))]
            name = the_one("run", run_id, candidates)
            return self._reading(name, lambda c: tables.run(c, name))(connection) if name else None

        return await self._database.read(work)

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first; only those that cannot even be named are left out."""
        return await self._database.read(lambda connection: tuple(tables.lines(connection, limit, status)))

    async def events(self, run_id: str, after: int = 0, limit: int = 1000) -> tuple[Record, ...]:
        """The records with a number above `after`; raises StorageError when one of them is damaged."""
        name = kept_text(run_id)
        return await self._database.read(
            self._reading(run_id, lambda c: tables.records(c, name, after, max(limit, 0)))
        )

    async def adopt(self, dump: RunDump) -> None:
        """Take in a whole run."""
        await self._database.write(tables.whole(dump))

    async def compact(self, run_id: str) -> int:
        """Drop the steps of a completed run."""
        return await self._database.write(self._reading(run_id, lambda c: tables.compact(c, run_id)))

    async def delete(self, run_id: str) -> bool:
        """Forget a run; its bytes are overwritten."""
        return await self._database.write(lambda c: tables.delete(c, run_id))

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self._database.close()

    def _reading(self, run_id: str, work: Callable[[apsw.Connection], T]) -> Callable[[apsw.Connection], T]:
        """`work`, which says of which run a row is that cannot be read."""

        def reading(connection: apsw.Connection) -> T:
            with tables.readable(run_id, self._database.path):
                return work(connection)

        return reading
