"""Rows of the embedded short-term memory, and the time that they go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import apsw

from ...domain.memory.due import Due
from ...domain.ports.clock import Clock
from .short_values import Writing

APPLICATION_ID = 0x4D535453  # "MSTS"
# `due_at` counts by the steady clock of `anchors`. Blobs, because a flipped bit may leave text that is no UTF-8.
MIGRATIONS = (
    """
CREATE TABLE stashed (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL,
    stashed_at TEXT NOT NULL, due_at REAL NOT NULL, promote INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX stashed_by_time ON stashed (promote, due_at, key);
CREATE TABLE anchors (boot TEXT PRIMARY KEY, ahead REAL NOT NULL) WITHOUT ROWID;
""",
)
# What waits for its promotion is there whatever its time.
READ = """
SELECT key, value, CAST(version AS BLOB), CAST(digest AS BLOB)
FROM stashed WHERE key = ? AND (promote OR due_at > ?)
"""
TIMES = "SELECT due_at, stashed_at FROM stashed WHERE key = ? AND (promote OR due_at > ?)"
NAMES = """
SELECT key FROM stashed WHERE key >= ? AND substr(key, 1, ?) = ? AND (promote OR due_at > ?) ORDER BY key
"""
WAITING = """
SELECT key, value, CAST(version AS BLOB), CAST(digest AS BLOB), stashed_at
FROM stashed WHERE promote = 1 AND due_at <= ? ORDER BY due_at, key
"""
REMOVE = "DELETE FROM stashed WHERE key = ? AND (promote OR due_at > ?) RETURNING 1"
SETTLE = "DELETE FROM stashed WHERE key = ? AND version = ? RETURNING 1"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Timeline:
    """Seconds since 1970 that no setting of the clock moves.

    The steady counter, brought to the time of day once and for as long as the machine is up; all processes of one
    boot read the same anchor in the file, so that they agree. Time in which the machine slept does not count.
    """

    def __init__(self, clock: Clock, boot: str) -> None:
        self._clock = clock
        self._boot = boot
        self._ahead = clock.now().timestamp() - clock.monotonic()

    def now(self, connection: apsw.Connection) -> float:
        """The present moment."""
        found = connection.execute("SELECT ahead FROM anchors WHERE boot = ?", (self._boot,)).get
        return self._clock.monotonic() + (self._ahead if found is None else float(found))

    def anchored(self, connection: apsw.Connection) -> float:
        """The present moment, by which others of this boot will go too; within a change."""
        row = (self._boot, self._ahead)
        connection.execute("INSERT INTO anchors VALUES (?, ?) ON CONFLICT DO NOTHING", row)
        return self.now(connection)


def boot_of_machine(fallback: str) -> str:
    """What names the time since this machine was started; `fallback` where the system has no name for it."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return fallback


def put(
    connection: apsw.Connection,
    rows: Iterable[Writing],
    now: float,
    seconds: float,
    at: datetime,
    promote: bool,
) -> None:
    """Keep `rows` until `seconds` after `now`, and forget everything whose time is over."""
    connection.execute("DELETE FROM stashed WHERE promote = 0 AND due_at <= ?", (now,))
    connection.executemany(
        "INSERT OR REPLACE INTO stashed VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (row.key, row.value, row.version, row.digest, at.isoformat(), now + seconds, promote)
            for row in rows
        ),
    )


def read(connection: apsw.Connection, keys: Iterable[bytes], now: float) -> list[Writing]:
    """Those of `keys` that are there and whole."""
    found = []
    for key in keys:
        row = connection.execute(READ, (key, now)).fetchone()
        if row is not None and (writing := _writing(row)).whole():
            found.append(writing)
    return found


def times(connection: apsw.Connection, key: bytes, now: float) -> tuple[float, datetime] | None:
    """When it is due, and when it was written, as far as it is there."""
    row = connection.execute(TIMES, (key, now)).fetchone()
    if row is None or (at := _moment(row[1])) is None:
        return None
    return float(row[0]), at


def names(connection: apsw.Connection, prefix: bytes, now: float) -> tuple[str, ...]:
    """All keys that start with `prefix`, sorted."""
    rows = connection.execute(NAMES, (prefix, len(prefix), prefix, now))
    return tuple(bytes(key).decode(errors="replace") for (key,) in rows)


def waiting(connection: apsw.Connection, limit: int, now: float) -> tuple[Due, ...]:
    """What waits for its promotion; damaged ones stay where they are, and hold nobody up."""
    return tuple(islice(_waiting(connection, now), limit))


def _waiting(connection: apsw.Connection, now: float) -> Iterator[Due]:
    for *columns, at in connection.execute(WAITING, (now,)):
        one = _writing(columns)
        if one.whole():
            # A time that cannot be read any more holds nothing up: the value is whole, and newer than any other.
            yield one.due(_moment(at) or datetime.fromtimestamp(now, UTC))


def _moment(text: object) -> datetime | None:
    """The time of day that is meant, with its zone; None when it is none any more."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def remove(connection: apsw.Connection, key: bytes, now: float) -> bool:
    """Whether it was there."""
    return bool(connection.execute(REMOVE, (key, now)).fetchall())


def settle(connection: apsw.Connection, key: bytes, version: str) -> bool:
    """Remove this very writing."""
    return bool(connection.execute(SETTLE, (key, version)).fetchall())


def _writing(columns: Sequence[bytes]) -> Writing:
    key, value, version, digest = columns
    return Writing(key, value, version.decode(errors="replace"), digest.decode(errors="replace"))
