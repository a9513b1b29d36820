"""What is done on failing disks: memory in SQLite files, new and old, and in a folder of JSON files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from muster.application.memory.promotion_sweeper import PromotionSweeper
from muster.domain.errors import StorageError
from muster.domain.memory.entry import Query
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

from .drill import Book, Drill
from .failing import Fuse, files_failing, sqlite_failing
from .scenes import WORD, found_in_files, found_in_folder

BIG = [WORD, "x" * 9000]
OLD: dict[str, object] = {"long/a": [WORD, "old"], "long/b": BIG, "long/c": [WORD, "old"]}


async def _keep(store: LongTermStore, book: Book) -> None:
    for key, value in OLD.items():
        assert await store.store(key, value)
        book.there(key, value)


async def _use(store: LongTermStore, book: Book) -> None:
    """Write anew, write several at once, delete, and read in every way."""

    async def keep(key: str, value: object) -> None:
        await book.change({key: value}, store.store(key, value))

    await keep("long/a", [WORD, "new"])
    await asyncio.gather(keep("long/b", [WORD, 2]), keep("long/d", BIG), keep("long/e", [WORD, 3]))
    await book.change({"long/c": None}, store.delete("long/c"))
    for key in ("long/a", "long/b", "long/c", "long/d", "long/e"):
        await book.look(key, store.retrieve(key))
    readings: tuple[Awaitable[object], ...] = (
        store.list_keys(), store.search(Query(words=WORD)), store.verify(), store.prune({}),
    )  # fmt: skip
    for reading in readings:
        with suppress(Exception):  # written down in the book
            await book.got("reading", reading)


async def _go_on(store: LongTermStore, book: Book, fuse: Fuse) -> None:
    """The disk is well again: the same store writes and reads, without being opened anew."""
    fuse.mend()
    for key in ("long/a", "long/f"):
        try:
            assert await store.store(key, [WORD, "after"]) is True
            assert await store.retrieve(key) == [WORD, "after"]
            book.there(key, [WORD, "after"])
        except (StorageError, AssertionError) as error:
            book.wrong.append(f"when the disk was well again, {key} was not kept: {error!r}")


def _files(root: Path) -> tuple[SqliteLongTermStore, EmbeddedShortTermStore]:
    data = root / "data"
    return SqliteLongTermStore(data / "memory.db"), EmbeddedShortTermStore(SystemClock(), data / "working.db")


async def _nothing(book: Book) -> None:
    """A folder without anything."""


async def _old_files(book: Book) -> None:
    long, short = _files(book.root)
    await _keep(long, book)
    assert await short.stash_many({"due/0/a": 1, "due/0/b": 2}, 0.001, promote_on_expiry=True)
    book.there("due/0", [1, 2])
    long.close()
    short.close()


async def _use_files(book: Book, fuse: Fuse) -> None:
    long, short = _files(book.root)
    with suppress(Exception):  # written down in the book
        await book.got("sweeping", PromotionSweeper(short, long, SystemClock()).sweep())
    pair: dict[str, object] = {"due/1/a": 3, "due/1/b": 4}
    await book.change({"due/1": [3, 4]}, short.stash_many(pair, 0.001, promote_on_expiry=True))
    await _use(long, book)
    await _go_on(long, book, fuse)
    long.close()
    short.close()


async def _new_files(book: Book, fuse: Fuse) -> None:
    """The first write there ever was."""
    store, short = _files(book.root)
    await book.change({"long/a": [WORD, "new"]}, store.store("long/a", [WORD, "new"]))
    await book.look("long/a", store.retrieve("long/a"))
    await _go_on(store, book, fuse)
    store.close()
    short.close()


async def _old_folder(book: Book) -> None:
    await _keep(JsonFilesLongTermStore(book.root / "data" / "memory"), book)


async def _use_folder(book: Book, fuse: Fuse) -> None:
    store = JsonFilesLongTermStore(book.root / "data" / "memory")
    await _use(store, book)
    await _go_on(store, book, fuse)


def _sqlite(fuse: Fuse, root: Path) -> AbstractContextManager[None]:
    return sqlite_failing(fuse)


OLD_FILES = Drill(_sqlite, _old_files, _use_files, found_in_files)
NEW_FILES = Drill(_sqlite, _nothing, _new_files, found_in_files)
OLD_FOLDER = Drill(files_failing, _old_folder, _use_folder, found_in_folder)
DRILLS = {"old SQLite files": OLD_FILES, "new SQLite files": NEW_FILES, "JSON files": OLD_FOLDER}
