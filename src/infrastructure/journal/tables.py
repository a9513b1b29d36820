"""What is done with the tables of the journal's file, on its thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from ...domain.errors import StorageError
from ...domain.journal.opened import OpenedRun, RunDump
from ...domain.journal.record import Record, Signal
from ...domain.orchestration.run import RunRecord, RunStatus, RunSummary
from ..common.sqlite_errors import CORRUPT
from . import rows, selection
from . import sqlite_schema as sql
from .owner import Owner
from .rows import Row, kept_text

EVERYTHING = -1
log = logging.getLogger(__name__)


@contextmanager
def readable(run_id: str, path: Path) -> Iterator[None]:
    """Say of which run it is what cannot be read; the cause is kept."""
    try:
        yield
    except (ValueError, TypeError, RecursionError) as error:
        raise StorageError(
            f"run {run_id!r} in {str(path)!r} cannot be read",
            code=CORRUPT,
            details={"run_id": run_id, "cause": str(error)},
            hint="other runs are not touched by this",
        ) from error


def add(connection: apsw.Connection, row: Row, agents: Sequence[Row]) -> None:
    """Insert a run; raises StorageError when its id or its key is taken."""
    connection.execute(sql.CREATE, row)
    if not connection.changes():
        run_id, key = row[0], row[sql.RUN_COLUMNS.index("idempotency_key")]
        holder = connection.execute(sql.KEYED, (key,)).get
        known = connection.execute(sql.STATE, (run_id,)).fetchone()
        raise selection.taken(run_id) if known else selection.key_taken(key, holder)
    if agents:
        connection.executemany(sql.AGENT, agents)


def take_over(connection: apsw.Connection, run_id: str, owner: Owner, *, force: bool) -> OpenedRun:
    """Give a run to `owner` under a new epoch; whatever cannot be read leaves it as it is."""
    name = kept_text(run_id)
    status, epoch = _free(connection, run_id, force=force)
    if status is RunStatus.COMPLETED:
        raise selection.completed(run_id)
    connection.execute(sql.OPEN, (name, owner.host, owner.pid, owner.started))
    found = run(connection, name)
    if found is None:
        raise selection.unknown(run_id)
    return OpenedRun(found, epoch + 1, records(connection, name), signals(connection, name))


def append(connection: apsw.Connection, run_id: str, epoch: int, new: Sequence[Record]) -> None:
    """Insert records of the driver with that epoch; raises Fenced, or StorageError for a number that was used.

    Who drives the run is looked at in the statement that inserts: looks of their own cost a third more.
    """
    name, last = kept_text(run_id), 0
    for record in new:
        if record.number <= last:
            raise selection.out_of_order(name, record.number, last)
        last = record.number
        try:
            connection.execute(sql.APPEND, (*rows.record_row(name, record), epoch))
        except apsw.ConstraintError as error:
            raise selection.out_of_order(name, record.number, record.number) from error
        if not connection.changes():
            raise selection.fenced(name, epoch)


def finish(connection: apsw.Connection, values: Row, agents: Sequence[Row]) -> None:
    """Write a run's end; raises Fenced."""
    connection.execute(sql.FINISH, values)
    if not connection.changes():
        raise selection.fenced(values[0], values[1])
    if agents:
        connection.executemany(sql.AGENT, agents)


def signal(connection: apsw.Connection, run_id: str, word: Signal) -> None:
    """Insert a signal under the next number."""
    _known(connection, run_id)
    name = kept_text(run_id)
    number = connection.execute(sql.SIGNALLED, (name,)).get + 1
    connection.execute(sql.SIGNAL, rows.signal_row(name, word, number))


def signals(connection: apsw.Connection, name: str, after: int = 0) -> tuple[Signal, ...]:
    """Signals with a number above `after`."""
    return tuple(rows.signal_of(name, row) for row in connection.execute(sql.SIGNALS, (name, after)))


def records(
    connection: apsw.Connection, name: str, after: int = 0, limit: int = EVERYTHING
) -> tuple[Record, ...]:
    """Records with a number above `after`."""
    found = connection.execute(sql.RECORDS, (name, after, limit))
    return tuple(rows.record_of(name, row) for row in found)


def run(connection: apsw.Connection, name: str) -> RunRecord | None:
    """The run of exactly that id, with its agents."""
    row = connection.execute(sql.LOAD, (name,)).fetchone()
    if row is None:
        return None
    told = (rows.agent_of(name, agent) for agent in connection.execute(sql.AGENTS, (name,)))
    steps = (rows.record_of(name, step) for step in connection.execute(sql.OF_AGENTS, (name,)))
    return rows.run_of(dict(zip(sql.RUN_COLUMNS, row, strict=True)), told, steps)


def lines(connection: apsw.Connection, limit: int, status: RunStatus | None) -> Iterator[RunSummary]:
    """The newest runs first; only those that cannot even be named are left out."""
    gone = status is RunStatus.INTERRUPTED
    left = limit
    for row in connection.execute(sql.LIST, (status, RunStatus.RUNNING if gone else status)):
        if left <= 0:
            return
        try:
            line = rows.line_of(row)
        except ValueError as error:
            log.warning("run %r cannot be listed: %s", row[0], error)
            continue
        if status in {None, line.status}:
            left -= 1
            yield line


def whole(dump: RunDump) -> Callable[[apsw.Connection], None]:
    """What takes in a run that nobody drives, with everything that belongs to it."""
    kept, name = dump.run, kept_text(dump.run.id)
    status = RunStatus.INTERRUPTED if kept.status is RunStatus.RUNNING else kept.status
    epoch = max((record.epoch for record in dump.records), default=0)
    row, agents = rows.run_row(kept, status, epoch, None), rows.agent_rows(kept.id, kept.agents)
    steps = [rows.record_row(name, record) for record in dump.records]
    words = [rows.signal_row(name, word, word.number) for word in dump.signals]

    def work(connection: apsw.Connection) -> None:
        add(connection, row, agents)
        connection.executemany(sql.RECORD, steps)
        connection.executemany(sql.SIGNAL, words)

    return work


def compact(connection: apsw.Connection, run_id: str) -> int:
    """Drop the records of a completed run, after what they alone told of agents was written to its end."""
    name = kept_text(run_id)
    status = _known(connection, run_id)
    found = run(connection, name)
    if status is not RunStatus.COMPLETED or found is None:
        raise selection.may_go_on(run_id, status)
    connection.executemany(sql.AGENT, rows.agent_rows(name, found.agents))
    connection.execute(sql.DROP_RECORDS, (name,))
    return connection.changes()


def delete(connection: apsw.Connection, run_id: str) -> bool:
    """Forget a run, unless it is driven."""
    name = kept_text(run_id)
    if connection.execute(sql.STATE, (name,)).fetchone() is None:
        return False
    _free(connection, run_id)
    for statement in sql.FORGET:
        connection.execute(statement, (name,))
    return True


def _state(connection: apsw.Connection, run_id: str) -> tuple[Any, ...]:
    row = connection.execute(sql.STATE, (kept_text(run_id),)).fetchone()
    if row is None:
        raise selection.unknown(run_id)
    return tuple(row)


def _known(connection: apsw.Connection, run_id: str) -> RunStatus:
    """What the run is; raises UnknownName."""
    status, _, *owner = _state(connection, run_id)
    return rows.status_of(status, Owner(*owner))


def _free(connection: apsw.Connection, run_id: str, *, force: bool = False) -> tuple[RunStatus, int]:
    """What the run is, and its last epoch; raises UnknownName, or, unless forced, RunBusy while its driver lives."""
    stored, epoch, *owner = _state(connection, run_id)
    driver = Owner(*owner)
    status = rows.status_of(stored, driver)
    if status is RunStatus.RUNNING and not force:
        raise selection.busy(run_id, driver.host, driver.pid)
    return status, epoch
