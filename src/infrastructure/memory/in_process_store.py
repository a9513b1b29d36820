"""Memory that lasts as long as its process."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from ...domain.errors import StorageError
from ...domain.memory.backup import Backup, KnownBackup
from ...domain.memory.entry import NOBODY, Entry, Hit, Origin, Query, Verified
from ...domain.ports.clock import Clock
from ...domain.ports.embedder import Embedder
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ..common.system_clock import SystemClock
from .json_values import checked_key
from .meaning import Meaning, TextRows
from .record import Record, is_promoted, moment, record_of, replaced
from .search_index import TextIndex


class InProcessLongTermStore(LongTermStore):
    """Keeps values as JSON text, so that nobody can change what was stored from outside; safe for threads."""

    def __init__(self, clock: Clock | None = None, embedder: Embedder | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self._index: TextIndex | None = None
        self._meaning: Meaning | None = None
        if embedder is not None:
            self._index = TextIndex()
            self._meaning = Meaning(TextRows(self._lock, self._index), embedder)

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Keep `data`; always True, since no disk is needed."""
        record = record_of(key, data, classification, origin, text, self._clock.now())
        with self._lock:
            if is_promoted(self._records.get(key), record):
                return True
            self._put(key, record)
        return True

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still what is stored."""
        with self._lock:
            record = replaced(
                self._records.get(seen.key), seen, data, text, self._clock.now() if renewed else None
            )
            if record is not None:
                self._put(seen.key, record)
        return record is not None

    async def retrieve(self, key: str) -> object | None:
        """What was stored, as a copy of its own, or None."""
        found = await self.entry(key)
        return None if found is None else found.data

    async def entry(self, key: str) -> Entry | None:
        """What was stored, as a copy of its own, or None."""
        checked_key(key)
        with self._lock:
            record = self._records.get(key)
        return None if record is None else record.entry()

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        checked_key(key)
        with self._lock:
            return self._delete(key)

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted."""
        kind = None if classification is None else Classification.of(classification).value
        with self._lock:
            found = [key for key, one in self._records.items() if kind in {None, one.classification}]
        return tuple(sorted(key for key in found if key.startswith(prefix)))

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best; the first search builds the index."""
        near = None if self._meaning is None else await self._meaning.near(query.words)
        with self._lock:
            if self._index is None:
                self._index = TextIndex()
                for record in self._records.values():
                    self._index.put(record)
            found = self._index.best(query, near)
            records = [self._records[match.key.decode()] for match in found]
        return tuple(
            Hit(entry=record.entry(), score=match.score, likeness=match.likeness)
            for record, match in zip(records, found, strict=True)
        )

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what is too old."""
        bounds = {kind.value: moment(when) for kind, when in before.items()}
        with self._lock:
            over = [
                key
                for key, one in self._records.items()
                if one.stored_at < bounds.get(one.classification, "")
            ]
            for key in over:
                self._delete(key)
        return tuple(sorted(over))

    async def verify(self, *, repair: bool = False) -> Verified:
        """Nothing can be damaged here."""
        if repair and self._meaning is not None:
            await self._meaning.catch_up()
        return Verified(entries=len(self._records), repaired=repair)

    def _put(self, key: str, record: Record) -> None:
        self._records[key] = record
        if self._index is not None:
            self._index.put(record)

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """There is none; raises StorageError."""
        hint = "export its entries, or use a memory on disk"
        raise StorageError(f"no backup at {path!r}: this memory has no files", code="backup-none", hint=hint)

    async def backups(self) -> tuple[KnownBackup, ...]:
        """None."""
        return ()

    def _delete(self, key: str) -> bool:
        if self._index is not None:
            self._index.remove(key.encode())
        return self._records.pop(key, None) is not None
