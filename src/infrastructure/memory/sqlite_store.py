"""Memory in a SQLite file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from ...domain.errors import StorageError
from ...domain.memory.backup import Backup, KnownBackup
from ...domain.memory.entry import NOBODY, Entry, Hit, Origin, Query, Verified
from ...domain.ports.clock import Clock
from ...domain.ports.embedder import Embedder
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ..common.sqlite import Database
from ..common.sqlite_errors import CORRUPT, FULL
from ..common.system_clock import SystemClock
from .backup_places import backup_place
from .json_values import checked_key
from .meaning import Meaning
from .record import digest_of, moment, record_of
from .search_index import SearchIndex, place
from .sqlite_backups import known_backups, make_backup
from .sqlite_rows import delete, move_aside, read_entries, read_values, readable, swap, trusted
from .sqlite_schema import APPLICATION_ID, MIGRATIONS, PUT, SELECT_ONE

if TYPE_CHECKING:
    from .vector_matrix import Near

T = TypeVar("T")
log = logging.getLogger(__name__)


class SqliteLongTermStore(LongTermStore):
    """One row a key, with a digest of all its columns that is checked at every reading.

    A record that does not match its digest is moved to the table `quarantine`, logged, and reads as None.
    Several threads and processes may use the same file. With an embedder, it searches by meaning as well as by words.
    """

    def __init__(self, path: Path, clock: Clock | None = None, embedder: Embedder | None = None) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)
        self._clock = clock or SystemClock()
        self._index = SearchIndex()
        self._meaning = None if embedder is None else Meaning(self._database, embedder)

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Keep `data`; on disk before it returns; False when there is no room."""
        record = record_of(key, data, classification, origin, text, self._clock.now())
        columns = record.columns()
        row = (*columns, digest_of(columns))
        try:
            await self._database.write(
                lambda c: c.execute(PUT, (place(c, record.key, record.conversation), *row))
            )
        except StorageError as error:
            if error.code != FULL:
                raise
            log.warning("%r was not stored: %s", key, error)
            return False
        return True

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still what is stored; on disk before it returns."""
        now = self._clock.now() if renewed else None
        return await self._database.write(lambda c: swap(c, seen, data, text, now))

    async def retrieve(self, key: str) -> object | None:
        """What was stored, or None, also for what can no longer be trusted."""
        return await self._one(read_values, key)

    async def entry(self, key: str) -> Entry | None:
        """What was stored, or None, also for what can no longer be trusted."""
        return await self._one(read_entries, key)

    async def _one(
        self, read: Callable[[apsw.Connection, Sequence[bytes]], Sequence[T | None]], key: str
    ) -> T | None:
        """On the file's thread, with all others that wait: a slow disk holds up nobody else."""
        try:
            return await self._database.read_one(read, checked_key(key))
        except StorageError as error:
            if error.code != CORRUPT:
                raise
            log.warning("%r cannot be read: %s", key, error)
            return None

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; its bytes are overwritten, in quarantine too."""
        name = checked_key(key)
        return bool(await self._database.write(lambda c: delete(c, [name])))

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted by code point; damaged names are left out."""
        kind = None if classification is None else Classification.of(classification).value
        return await self._database.read(lambda c: _keys(c, kind, prefix))

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best."""
        near = None if self._meaning is None else await self._meaning.near(query.words)
        return await self._database.read(lambda c: _search(c, self._index, query, near))

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what is too old, in one transaction."""
        bounds = [(kind.value, moment(when)) for kind, when in before.items()]
        return await self._database.write(lambda c: _prune(c, bounds))

    async def verify(self, *, repair: bool = False) -> Verified:
        """Read every entry against its digest."""
        if not repair:
            return await self._database.read(lambda c: _verify(c, repair=False))
        verified = await self._database.write(lambda c: _verify(c, repair=True))
        if self._meaning is not None:
            await self._meaning.catch_up()
        return verified

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy the file, without holes; whoever else asks this store for something waits meanwhile."""
        target = backup_place(path, self._database.path)
        return await self._database.read(
            lambda c: make_backup(c, target, lambda copy: _verify(copy, repair=False), replace=replace)
        )

    async def backups(self) -> tuple[KnownBackup, ...]:
        """The copies that are kept in mind."""
        return await self._database.read(known_backups)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _search(
    connection: apsw.Connection, index: SearchIndex, query: Query, near: Near | None
) -> tuple[Hit, ...]:
    """What is damaged answers nothing: it is set aside, and the next best takes its place."""
    hits: list[Hit] = []
    for _ in range(2):
        found = index.best(connection, query, near)
        entries = read_entries(connection, [one.key for one in found])
        scored = zip(entries, found, strict=True)
        hits = [
            Hit(entry=entry, score=match.score, likeness=match.likeness)
            for entry, match in scored
            if entry is not None
        ]
        if len(hits) == len(found):
            break
    return tuple(hits)


def _keys(connection: apsw.Connection, kind: str | None, prefix: str) -> tuple[str, ...]:
    start = prefix.encode("utf-8", "surrogatepass")
    rows = connection.execute(
        "SELECT key FROM entries WHERE key >= ?1 AND substr(key, 1, ?2) = ?1 "
        "AND (?3 IS NULL OR classification = ?3) ORDER BY key",
        (start, len(start), kind),
    )
    return readable(key for (key,) in rows)


def _prune(connection: apsw.Connection, bounds: list[tuple[str, str]]) -> tuple[str, ...]:
    query = "SELECT key FROM entries WHERE classification = ? AND stored_at < ?"
    keys = sorted(
        {key for bound in bounds for (key,) in connection.execute(query, bound) if isinstance(key, bytes)}
    )
    delete(connection, keys)
    return readable(keys)


def _verify(connection: apsw.Connection, *, repair: bool) -> Verified:
    """By key, so that a damaged page costs those that lie on it and no others."""
    rows: list[Any] = connection.execute("SELECT key FROM entries ORDER BY key").fetchall()
    keys = [key for (key,) in rows if isinstance(key, bytes)]
    nameless = len(rows) - len(keys)
    damaged = [key for key in keys if _is_damaged(connection, key)]
    if repair:
        for key in damaged:
            move_aside(connection, key)
        connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    names = (*(key.decode(errors="replace") for key in damaged), *["an entry without a key"] * nameless)
    return Verified(entries=len(rows), damaged=names, repaired=repair)


def _is_damaged(connection: apsw.Connection, key: bytes) -> bool:
    try:
        row = connection.execute(SELECT_ONE, (key,)).fetchone()
    except apsw.CorruptError:
        return True
    return row is not None and (trusted(row) is None or bytes(row[0]) != key)
