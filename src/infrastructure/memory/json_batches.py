"""Changes of files that come at once share the waits for the disk."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ..common.private_file import keep_names, make_ready, write_unready
from ..common.sqlite_queue import Job, deliver, fail
from ..common.trouble import disk_errors, storage_error
from .json_files import remove_file
from .json_turns import Turns
from .vector_files import FOLDER as VECTORS
from .vector_files import vector_of

MOST_AT_ONCE = 128
"""Files that are written together: nobody waits for more work of others than this."""
HANDS = 8
"""Threads that write them: a disk brings many files to safety in hardly more time than one, if they come at once."""


class Change(Job):
    """What a file shall hold, which is known when its turn has come; its result is whether it was to be written."""

    __slots__ = ("path",)

    def __init__(self, path: Path, content: Callable[[], bytes | None], waiter: asyncio.Future[bool]) -> None:
        super().__init__(content, changes=True, waiter=waiter, loop=waiter.get_loop())
        self.path = path


class Batches:
    """Group commit for a folder of files.

    Whoever waits is told when his file is on the disk, has its name, and the folder is on the disk too: that is one
    wait for all who wait together. What fails for one file is the trouble of that one alone. Changes of one file are
    made one after another, in the order in which they were asked for.
    """

    def __init__(self, folder: Path, turns: Turns) -> None:
        self._folder = folder
        self._turns = turns
        self._lock = threading.Lock()
        self._changes: deque[Change] = deque()
        self._at_work = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"muster-{folder.name}")
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix=f"muster-{folder.name}")

    def change(self, path: Path, content: Callable[[], bytes | None]) -> asyncio.Future[bool]:
        """Write what `content` says when it is this file's turn, if anything; whether it did.

        `content` is called while nobody else writes in the folder. It is done even when nobody waits any more.
        """
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._changes.append(Change(path, content, waiter))
            if not self._at_work:
                self._at_work = True
                self._writer.submit(self._work_off)
        return waiter

    def _work_off(self) -> None:
        """Do what waits until nothing waits."""
        while changes := self._next():
            try:
                with disk_errors(str(self._folder)), self._turns.turn():
                    self._write(changes)
            except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits to hear of it
                fail(list(changes), error)
            deliver(changes)

    def _next(self) -> Sequence[Change]:
        """Those that wait, one for each file; another one for the same file waits for the next time."""
        chosen, later = dict[Path, Change](), list[Change]()
        with self._lock:
            while self._changes and len(chosen) < MOST_AT_ONCE:
                one = self._changes.popleft()
                if chosen.setdefault(one.path, one) is not one:
                    later.append(one)
            self._changes.extendleft(reversed(later))
            self._at_work = bool(chosen)
        return list(chosen.values())

    def _write(self, changes: Sequence[Change]) -> None:
        prepare = _prepare_anew if (self._folder / VECTORS).exists() else _prepare
        self._with_all_hands(prepare, changes)
        ready = [one for one in changes if one.result and one.error is None]
        self._with_all_hands(_finish, ready)
        try:
            if any(one.error is None for one in ready):
                keep_names(self._folder)
        except OSError as error:
            for one in ready:
                one.error = one.error or storage_error(str(one.path), error)

    def _with_all_hands(self, do: Callable[[Change], None], changes: Sequence[Change]) -> None:
        """Each hand takes its share; a single change is done by whoever is here."""

        def share(number: int) -> None:
            for one in changes[number::HANDS]:
                do(one)

        if len(changes) > 1:
            list(self._hands.map(share, range(min(HANDS, len(changes)))))
        else:
            share(0)


def _prepare(change: Change) -> None:
    """Have the new content on the disk beside the file."""
    with _own_trouble(change):
        content = change.work()
        change.result = content is not None
        if content is not None:
            write_unready(change.path, content)


def _prepare_anew(change: Change) -> None:
    """The same, and no vector of the old content any more."""
    _prepare(change)
    if change.result and change.error is None:
        with _own_trouble(change):
            remove_file(vector_of(change.path))


def _finish(change: Change) -> None:
    """Give it its name. Not in a row: freeing what was there before may take a wait for the disk, too."""
    with _own_trouble(change):
        make_ready(change.path)


@contextmanager
def _own_trouble(change: Change) -> Iterator[None]:
    try:
        with disk_errors(str(change.path)):
            yield
    except Exception as error:  # noqa: BLE001 - whoever waits for this file hears of it, and nobody else
        change.error = error
