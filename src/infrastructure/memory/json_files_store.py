"""Memory in a folder that people can read."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ...domain.errors import StorageError
from ...domain.memory.backup import Backup, KnownBackup
from ...domain.memory.entry import NOBODY, Entry, Hit, Origin, Query, Verified
from ...domain.ports.clock import Clock
from ...domain.ports.embedder import Embedder
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ..common.private_file import sync_folder, unready_of
from ..common.system_clock import SystemClock
from ..common.trouble import disk_errors
from .backup_places import backup_place
from .json_backups import forget_in_backups, known_backups, make_backup
from .json_batches import Batches
from .json_files import file_of, read, remove_file, written
from .json_turns import Turns
from .json_values import checked_key
from .meaning import Meaning, TextRows
from .record import Record, is_promoted, moment, record_of, replaced
from .search_index import TextIndex
from .vector_files import VectorFiles, vector_of

if TYPE_CHECKING:
    from .vector_matrix import Near

T = TypeVar("T")
DAMAGED = ".damaged"
log = logging.getLogger(__name__)


class JsonFilesLongTermStore(LongTermStore):
    """A file a key, for a memory that is read by people or kept under version control.

    A file that does not match its digest is renamed to `*.damaged`, logged, and reads as None. Several threads and
    processes may use the same folder. Each write waits for the disk, those that come at once together, and takes a
    good deal longer than with SQLite all the same. Every search looks whether files have changed. With an embedder,
    it goes by meaning as well as by words.
    """

    def __init__(self, folder: Path, clock: Clock | None = None, embedder: Embedder | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._turns = Turns(folder)
        self._batches = Batches(folder, self._turns)
        self._index = TextIndex()
        self._indexed: dict[Path, tuple[tuple[int, int, int], bytes]] = {}
        self._meaning: Meaning | None = None
        if embedder is not None:
            files = VectorFiles(folder, self._writing, self._text_of)
            self._meaning = Meaning(TextRows(self._lock, self._index), embedder, files=files)

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
        path = file_of(self._folder, record.key)
        try:
            await self._batches.change(path, lambda: self._stored(path, record))
        except StorageError as error:
            if error.code != "storage-full":
                raise
            log.warning("%r was not stored: %s", key, error)
            return False
        return True

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still what is stored; on disk before it returns."""
        path, now = file_of(self._folder, checked_key(seen.key)), self._clock.now() if renewed else None
        return await self._batches.change(path, lambda: self._replaced(path, seen, data, text, now))

    async def retrieve(self, key: str) -> object | None:
        """What was stored, or None, also for what can no longer be trusted."""
        found = await self.entry(key)
        return None if found is None else found.data

    async def entry(self, key: str) -> Entry | None:
        """What was stored, or None, also for what can no longer be trusted."""
        path = file_of(self._folder, checked_key(key))
        record = await self._aside(self._read, path, key.encode())
        return None if record is None else record.entry()

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; the file's bytes are overwritten, a damaged copy's too."""
        path = file_of(self._folder, checked_key(key))
        return await self._aside(self._delete, path)

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted by code point; it reads every file."""
        kind = None if classification is None else Classification.of(classification).value
        records = await self._aside(self._records)
        keys = [one.key.decode() for one in records if kind in {None, one.classification}]
        return tuple(sorted(key for key in keys if key.startswith(prefix)))

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best."""
        if self._meaning is None:
            return await self._aside(self._search, query)
        await self._aside(self._up_to_date)
        near = await self._meaning.near(query.words)
        return await self._aside(self._search, query, near)

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what is too old."""
        bounds = {kind.value: moment(when) for kind, when in before.items()}
        return await self._aside(self._prune, bounds)

    async def verify(self, *, repair: bool = False) -> Verified:
        """Read every file against its digest."""
        verified = await self._aside(self._verify, repair)
        if repair and self._meaning is not None:
            await self._aside(self._up_to_date)
            await self._meaning.catch_up()
        return verified

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy the folder; whoever writes waits meanwhile."""
        return await self._aside(self._backup, backup_place(path, self._folder), replace)

    async def backups(self) -> tuple[KnownBackup, ...]:
        """The copies that are kept in mind."""
        return await self._aside(known_backups, self._folder)

    async def _aside(self, work: Callable[..., T], *given: object) -> T:
        """Do it on another thread; whatever the disk refuses is an error of this store."""

        def done() -> T:
            with disk_errors(str(self._folder)):
                return work(*given)

        return await asyncio.to_thread(done)

    def _stored(self, path: Path, record: Record) -> bytes | None:
        """The file's new content; None when it is that promotion already."""
        if record.promotion and is_promoted(self._look(path), record):
            return None
        return written(record)

    def _replaced(
        self, path: Path, seen: Entry, data: object, text: str | None, now: datetime | None
    ) -> bytes | None:
        """The file's new content; None when it no longer holds what was seen."""
        record = replaced(self._look(path), seen, data, text, now)
        return None if record is None else written(record)

    def _read(self, path: Path, key: bytes | None = None) -> Record | None:
        """The record; what lies under a wrong name or is damaged is set aside."""
        record = self._look(path)
        if record is None and path.exists():
            with self._writing():
                record = self._look(path)  # somebody may have written it anew
                if record is None and path.exists():
                    log.warning("the file %r does not match its digest and is set aside", str(path))
                    path.replace(path.with_name(path.name + DAMAGED))
                    sync_folder(self._folder)
        return record if record is None or key in {None, record.key} else None

    def _look(self, path: Path) -> Record | None:
        with disk_errors(str(self._folder)):
            try:
                record = read(path.read_bytes())
            except FileNotFoundError:
                return None
        return record if record is not None and file_of(self._folder, record.key) == path else None

    def _delete(self, path: Path) -> bool:
        if not self._folder.is_dir():
            return False
        with self._writing():
            forget_in_backups(self._folder, (path.name, path.name + DAMAGED))
            remove_file(path.with_name(path.name + DAMAGED))
            remove_file(unready_of(path))
            remove_file(vector_of(path))
            return remove_file(path)

    def _files(self) -> list[Path]:
        with disk_errors(str(self._folder)):
            return sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _records(self) -> list[Record]:
        return [record for path in self._files() if (record := self._read(path)) is not None]

    def _prune(self, bounds: Mapping[str, str]) -> tuple[str, ...]:
        over = [one for one in self._records() if one.stored_at < bounds.get(one.classification, "")]
        for record in over:
            self._delete(file_of(self._folder, record.key))
        return tuple(sorted(record.key.decode() for record in over))

    def _verify(self, repair: bool) -> Verified:
        paths = self._files()
        damaged = tuple(path.name for path in paths if self._look(path) is None)
        if repair:
            self._records()
        return Verified(entries=len(paths), damaged=damaged, repaired=repair)

    def _backup(self, target: Path, replace: bool) -> Backup:
        with self._writing():
            return make_backup(self._folder, self._files(), target, replace=replace)

    def _text_of(self, path: Path) -> str | None:
        record = self._look(path)
        return None if record is None else record.text

    def _up_to_date(self) -> None:
        with self._lock:
            self._refresh()

    def _search(self, query: Query, near: Near | None = None) -> tuple[Hit, ...]:
        with self._lock:
            self._refresh()
            found = self._index.best(query, near)
        hits = []
        for match in found:
            record = self._read(file_of(self._folder, match.key), match.key)
            if record is not None:
                hits.append(Hit(entry=record.entry(), score=match.score, likeness=match.likeness))
        return tuple(hits)

    def _refresh(self) -> None:
        """Index what has changed; entries of one conversation in the order of their times."""
        marks = {path: mark for path in self._files() if (mark := _mark(path)) is not None}
        for path in self._indexed.keys() - marks.keys():
            self._index.remove(self._indexed.pop(path)[1])
        changed = [path for path, mark in marks.items() if self._indexed.get(path, (None,))[0] != mark]
        read_anew = [(record, path) for path in changed if (record := self._read(path)) is not None]
        for record, path in sorted(read_anew, key=lambda one: (one[0].stored_at, one[0].key)):
            self._index.put(record)
            self._indexed[path] = (marks[path], record.key)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only one who writes in the folder."""
        with disk_errors(str(self._folder)), self._turns.turn():
            yield


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
