"""Answers in a SQLite file."""

from __future__ import annotations

import logging
from pathlib import Path

import apsw

from ...domain.errors import StorageError
from ...domain.models.cached_answer import CachedAnswer
from ...domain.ports.clock import Clock
from ...domain.ports.response_cache import ResponseCache
from ..common.sqlite import Database
from .packing import packed, unpacked

APPLICATION_ID = 0x4D535443  # "MSTC"
MIGRATIONS = (
    """
    CREATE TABLE answers (
        key TEXT PRIMARY KEY, stored_at REAL NOT NULL, size INTEGER NOT NULL, answer BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX answers_by_age ON answers (stored_at DESC, key, size);
    """,
)
PUT = "INSERT OR REPLACE INTO answers (key, stored_at, size, answer) VALUES (?, ?, ?, ?)"
EXPIRE = "DELETE FROM answers WHERE stored_at <= ?"
# The newest answers stay, as many as there is room for.
SHRINK = """
DELETE FROM answers WHERE key IN (
    SELECT key FROM (SELECT key, sum(size) OVER (ORDER BY stored_at DESC, key) AS total FROM answers)
    WHERE total > ?
)
"""
DAY = 24 * 3600.0
log = logging.getLogger(__name__)


class SqliteResponseCache(ResponseCache):
    """Keeps answers for `seconds`, and the newest of them up to `most_bytes`; what fails is logged and missed.

    Several processes may use the same file.
    """

    def __init__(
        self, path: Path, clock: Clock, seconds: float = 7 * DAY, most_bytes: int = 256 * 1024 * 1024
    ) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)
        self._clock = clock
        self._seconds = seconds
        self._most_bytes = most_bytes

    async def get(self, key: str) -> CachedAnswer | None:
        """The answer, if it is there, young enough and whole."""
        now = self._clock.now().timestamp()

        def work(connection: apsw.Connection) -> bytes | None:
            sql = "SELECT answer FROM answers WHERE key = ? AND stored_at > ? AND stored_at <= ?"
            row = connection.execute(sql, (key, now - self._seconds, now)).fetchone()
            return None if row is None else bytes(row[0])

        try:
            data = await self._database.read(work)
        except StorageError as error:
            log.warning("an answer could not be looked up: %s", error)
            return None
        return None if data is None else unpacked(key, data)

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """Keep `answer`, and let go of the oldest ones where there is no room."""
        now, data = self._clock.now().timestamp(), packed(key, answer)
        if data is None:
            return

        def work(connection: apsw.Connection) -> None:
            connection.execute(PUT, (key, now, len(data), data))
            connection.execute(EXPIRE, (now - self._seconds,))
            connection.execute(SHRINK, (self._most_bytes,))

        try:
            await self._database.write(work)
        except StorageError as error:
            log.warning("an answer was not kept: %s", error)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
