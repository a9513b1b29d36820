"""A board in a file that the processes of one machine share, or in this process."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import apsw

from ....domain.ports.clock import Clock
from ...common.sqlite import Database
from ..embedded_short_rows import Timeline, boot_of_machine
from ..transient import Transient
from .board import MICROS, Answer, Board, Operation

APPLICATION_ID = 0x4D53434F  # "MSCO"
# All times are microseconds by the steady clock of `anchors`.
MIGRATIONS = (
    """
CREATE TABLE tasks (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, queue BLOB NOT NULL, writing BLOB NOT NULL,
    ends_at INTEGER NOT NULL, leased_until INTEGER NOT NULL DEFAULT 0, ticket BLOB, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tasks_by_queue ON tasks (queue, place);
CREATE INDEX tasks_by_end ON tasks (ends_at);
CREATE TABLE signals (name BLOB PRIMARY KEY, writing BLOB NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    session BLOB, member BLOB, lifetime INTEGER NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (session, member)
) WITHOUT ROWID;
CREATE TABLE shared (
    session BLOB, name BLOB, writing BLOB NOT NULL, PRIMARY KEY (session, name)
) WITHOUT ROWID;
CREATE TABLE channels (
    channel BLOB PRIMARY KEY, born BLOB NOT NULL, head INTEGER NOT NULL, last_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE messages (
    channel BLOB, number INTEGER, writing BLOB NOT NULL, PRIMARY KEY (channel, number)
) WITHOUT ROWID;
CREATE TABLE anchors (boot TEXT PRIMARY KEY, ahead REAL NOT NULL) WITHOUT ROWID;
""",
)
LONGEST_PAUSE = 0.05


class EmbeddedBoard(Board):
    """In a SQLite file at `path`, which several processes may share, or in this process when there is none.

    Time goes by the steady counter of `clock`, which all processes of one boot of the machine read alike: setting the
    time of day ends no lease early. From one boot to the next it goes by the time of day. Others of this process are
    woken at once; those of other processes look every 50 ms.
    """

    longest_pause = LONGEST_PAUSE

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        super().__init__()
        self._time = Timeline(clock, boot_of_machine(fallback=secrets.token_hex(16)))
        self._rows = Transient(MIGRATIONS) if path is None else Database(path, APPLICATION_ID, MIGRATIONS)

    async def ask(self, operation: Operation, *arguments: bytes | int, wakes: str = "") -> Answer:
        """Do `operation` in one transaction."""
        if not operation.changes:
            return await self._rows.read(lambda c: operation.sql(c, self._now(c), *arguments))
        if operation.if_any is not None and not await self._rows.read(
            partial(self._any, operation.if_any, arguments)
        ):
            return []
        answer = await self._rows.write(lambda c: operation.sql(c, self._anchored(c), *arguments))
        if wakes:
            self._bells.ring(wakes)
        return answer

    def close(self) -> None:
        """Let go of the file; what was kept in this process only is gone."""
        self._rows.close()

    def _listen(self) -> None:
        """Nobody tells of other processes; a look does."""

    def _any(self, if_any: Callable[..., bool], arguments: Sequence[bytes | int], c: apsw.Connection) -> bool:
        return if_any(c, self._now(c), *arguments)

    def _now(self, connection: apsw.Connection) -> int:
        return round(self._time.now(connection) * MICROS)

    def _anchored(self, connection: apsw.Connection) -> int:
        return round(self._time.anchored(connection) * MICROS)
