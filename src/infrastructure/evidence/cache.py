"""What was seen in a file, by the file's content: an unchanged file is not looked at twice."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import apsw

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
    tool TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tool, key)
) WITHOUT ROWID
"""
MAX_ROWS = 400_000
BATCH = 500


class EvidenceCache:
    """Bytes by tool (with its version) and content key, in one SQLite file.

    A cache may be lost at any time: a file that is corrupt, locked for long, or on a full disk makes
    everything a miss and nothing an error. `path=None` keeps it in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._broken = False

    def get_many(self, tool: str, keys: Iterable[str]) -> dict[str, bytes]:
        """What is known under each key; unknown keys are absent."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        with self._lock:
            connection = self._open()
            if connection is None:
                return {}
            try:
                for start in range(0, len(wanted), BATCH):
                    batch = wanted[start : start + BATCH]
                    marks = ",".join("?" * len(batch))
                    rows = connection.execute(
                        f"SELECT key, value FROM facts WHERE tool = ? AND key IN ({marks})",  # noqa: S608 – only marks
                        (tool, *batch),
                    )
                    found.update((str(key), zlib.decompress(value)) for key, value in rows)
            except (apsw.Error, zlib.error):
                self._broken = True
                return {}
        return found

    def put_many(self, tool: str, values: Mapping[str, bytes]) -> None:
        """Remember; the oldest go when there are more than `MAX_ROWS`."""
        if not values:
            return
        with self._lock:
            connection = self._open()
            if connection is None:
                return
            try:
                with connection:
                    connection.executemany(
                        "INSERT OR REPLACE INTO facts (tool, key, value, used) VALUES (?, ?, ?, unixepoch())",
                        [(tool, key, zlib.compress(value, 1)) for key, value in values.items()],
                    )
                    self._shrink(connection)
            except apsw.Error:
                self._broken = True

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _shrink(self, connection: apsw.Connection) -> None:
        rows = int(connection.execute("SELECT count(*) FROM facts").get)
        if rows > MAX_ROWS:
            connection.execute(
                "DELETE FROM facts WHERE (tool, key) IN (SELECT tool, key FROM facts ORDER BY used LIMIT ?)",
                (rows - MAX_ROWS * 9 // 10,),
            )

    def _open(self) -> apsw.Connection | None:
        if self._connection is None and not self._broken:
            try:
                if self._path is not None:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # it quotes private code
                connection = apsw.Connection(str(self._path) if self._path else ":memory:")
                connection.set_busy_timeout(2000)
                connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
                connection.execute(SCHEMA)
                self._connection = connection
            except (apsw.Error, OSError):
                self._broken = True
        return None if self._broken else self._connection
