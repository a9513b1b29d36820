"""Memory in a SQLite file."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import apsw

from ...domain.errors import StorageError
from ...domain.ports.long_term_store import LongTermStore
from ..common.sqlite import Database
from ..common.sqlite_errors import CORRUPT, FULL
from ..common.sqlite_queue import immediate
from .json_values import checked_key, encoded

APPLICATION_ID = 0x4D53544D  # "MSTM"
# Blobs, because a flipped bit may leave text that is no UTF-8, and one bad name would hide all others.
MIGRATIONS = (
    """
    CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL, digest BLOB NOT NULL,
        found_at TEXT NOT NULL DEFAULT (datetime('now'))
    );
    """,
)
PUT = """
INSERT INTO entries (key, value, digest) VALUES (?1, ?2, ?3)
ON CONFLICT (key) DO UPDATE SET value = ?2, digest = ?3
"""
log = logging.getLogger(__name__)


class SqliteLongTermStore(LongTermStore):
    """One row a key, with a digest of key and value that is checked at every reading.

    A record that does not match its digest is moved to the table `quarantine`, logged, and reads as None.
    Several threads and processes may use the same file.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)

    async def store(self, key: str, data: object) -> bool:
        """Keep `data`; on disk before it returns; False when there is no room."""
        name = checked_key(key)
        value = encoded(key, data)
        try:
            await self._database.write(lambda c: c.execute(PUT, (name, value, _digest(name, value))))
        except StorageError as error:
            if error.code != FULL:
                raise
            log.warning("%r was not stored: %s", key, error)
            return False
        return True

    async def retrieve(self, key: str) -> object | None:
        """What was stored, or None, also for what can no longer be trusted."""
        name = checked_key(key)
        try:
            return await self._database.read(lambda c: _retrieve(c, name))
        except StorageError as error:
            if error.code != CORRUPT:
                raise
            log.warning("%r cannot be read: %s", key, error)
            return None

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; its bytes are overwritten, in quarantine too."""
        name = checked_key(key)
        return await self._database.write(lambda c: _delete(c, name))

    async def list_keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted by code point; damaged names are left out."""
        return await self._database.read(lambda c: _keys(c, prefix))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _digest(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(b"%d:%b%b" % (len(key), key, value)).digest()


def _retrieve(connection: apsw.Connection, key: bytes) -> object | None:
    row = connection.execute("SELECT value, digest FROM entries WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    value, digest = bytes(row[0]), bytes(row[1])
    if _digest(key, value) != digest:
        _quarantine(connection, key, digest)
        return None
    data: object = json.loads(value)
    return data


def _quarantine(connection: apsw.Connection, key: bytes, digest: bytes) -> None:
    """Set the record aside, unless somebody has just written it anew."""
    log.warning("the record %r does not match its digest and is set aside", key.decode())
    try:
        with immediate(connection):
            connection.execute(
                "INSERT INTO quarantine (key, value, digest) "
                "SELECT key, value, digest FROM entries WHERE key = ? AND digest = ?",
                (key, digest),
            )
            connection.execute("DELETE FROM entries WHERE key = ? AND digest = ?", (key, digest))
    except apsw.Error as error:
        log.warning("it could not be set aside and stays where it is: %s", error)


def _delete(connection: apsw.Connection, key: bytes) -> bool:
    connection.execute("DELETE FROM quarantine WHERE key = ?", (key,))
    return bool(connection.execute("DELETE FROM entries WHERE key = ? RETURNING 1", (key,)).fetchall())


def _keys(connection: apsw.Connection, prefix: str) -> tuple[str, ...]:
    start = prefix.encode("utf-8", "surrogatepass")
    rows = connection.execute(
        "SELECT key FROM entries WHERE key >= ?1 AND substr(key, 1, ?2) = ?1 ORDER BY key",
        (start, len(start)),
    )
    found = []
    for (key,) in rows:
        try:
            found.append(bytes(key).decode())
        except UnicodeDecodeError:
            log.warning("a record has lost its name: %r", key)
    return tuple(found)
