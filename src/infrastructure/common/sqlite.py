"""The one way to a SQLite file."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from ...domain.errors import StorageError
from .private_file import make_private_folder
from .sqlite_errors import CORRUPT, FAILED, FOREIGN, storage_errors
from .sqlite_queue import Failed, Job, change, deliver, fail, groups, immediate, look

K = TypeVar("K")
T = TypeVar("T")
BUSY_SECONDS = 30.0
PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA wal_autocheckpoint = 4000;
"""
MOST_AT_ONCE = 250
"""Changes that share a transaction: nobody waits for more work of others than this."""
SHAKEN = frozenset({CORRUPT, FAILED})
"""Codes of errors after which the file is opened anew."""
log = logging.getLogger(__name__)


class Database:
    """One file, opened at first use, on a thread of its own, so that no event loop waits for a disk.

    The file says by `application_id` whose it is, and by `user_version` how many of the `migrations` it has
    seen; each of them is one script. Every error is a StorageError that names the file. What is asked for is done
    in that order; changes that wait at the same moment share one transaction, and so one wait for the disk.
    """

    def __init__(self, path: Path, application_id: int, migrations: Sequence[str]) -> None:
        self.path = path
        self._application_id = application_id
        self._migrations = tuple(migrations)
        self._connection: apsw.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._at_work = False
        self._closed = False
        self._complained = False

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """Call `work` with the connection, outside a transaction; it sees whatever was asked for before."""
        return await self._awaited(work, changes=False)

    def read_one(
        self, together: Callable[[apsw.Connection, Sequence[K]], Sequence[T]], wanted: K
    ) -> asyncio.Future[T]:
        """As `read`; those that wait for what the same function reads get it from one call, an answer for each.

        It comes after what was asked for before it, as all does, and no event loop waits for the disk.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(Job(together, changes=False, waiter=waiter, loop=loop, wanted=wanted))
        return waiter

    def submit(self, work: Callable[[apsw.Connection], T]) -> Future[T]:
        """Call `work` with the connection when its turn comes; what was submitted first is done first."""
        future = Future[T]()
        self._put(Job(work, changes=False, waiter=future))
        return future

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Call `work` in an immediate transaction, on the disk when this returns, or without a trace.

        Others share the transaction; when one of them raises, only its own changes are undone, and the rest may be
        done twice: `work` touches nothing but the connection. It is done even when the caller is cancelled meanwhile.
        """
        return await self._awaited(work, changes=True)

    def later(self, work: Callable[[apsw.Connection], object], failed: Failed | None = None) -> None:
        """As `write`, but nobody waits; a failure is logged, once until a write goes well, and `failed` is told."""
        self._put(Job(work, changes=True, failed=partial(self._complain, failed)))

    def close(self) -> None:
        """Finish what was asked for and let go of the file; further use is an error, closing again is not."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.submit(self._disconnect).result()
            thread.shutdown()

    def _awaited(self, work: Callable[[apsw.Connection], T], *, changes: bool) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._put(Job(work, changes=changes, waiter=waiter, loop=loop))
        return waiter

    def _put(self, job: Job) -> None:
        with self._lock:
            if self._closed:
                hint = "open the application anew"
                raise StorageError(f"{str(self.path)!r} is closed", code="storage-closed", hint=hint)
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"muster-{self.path.stem}")
            self._jobs.append(job)
            if not self._at_work:
                self._at_work = True
                self._thread.submit(self._work_off)

    def _work_off(self) -> None:
        """Do what waits until nothing waits; runs on the file's thread."""
        while True:
            with self._lock:
                jobs = [self._jobs.popleft() for _ in range(min(len(self._jobs), MOST_AT_ONCE))]
                if not jobs:
                    self._at_work = False
                    return
            for group in groups(jobs):
                self._do(group)
                try:
                    deliver(group)
                except Exception:  # of somebody who is told of a failure: the others still wait
                    log.exception("somebody could not be told what became of a change of %s", self.path)

    def _do(self, group: list[Job]) -> None:
        """Give each job of `group` its result or its error."""
        try:
            with storage_errors(self.path):
                if self._connection is None:
                    self._connection = self._connect()
                if group[0].changes:
                    change(self._connection, group, self.path)
                    self._complained = False
                else:
                    look(self._connection, group, self.path)
        except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits to hear of it
            fail(group, error)
        if any(isinstance(job.error, StorageError) and job.error.code in SHAKEN for job in group):
            # What SQLite and its index remember of the file may be half of what the disk had: it is read anew.
            with suppress(apsw.Error):
                self._disconnect()

    def _complain(self, failed: Failed | None, error: BaseException) -> None:
        if not self._complained:
            self._complained = True
            log.warning("something could not be written, and nobody waits for it: %s", error)
        if failed is not None:
            failed(error)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> apsw.Connection:
        make_private_folder(self.path.parent)
        # Quoted lines of private code end up here: for the owner alone.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = apsw.Connection(str(self.path))
        try:
            connection.set_busy_timeout(int(BUSY_SECONDS * 1000))
            _patiently(lambda: connection.execute(PRAGMAS).fetchall())
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: apsw.Connection) -> None:
        if self._version(connection) == len(self._migrations):
            return
        with immediate(connection):
            # Another process may have been here between the look and the lock.
            for script in self._migrations[self._version(connection) :]:
                connection.execute(script)
            connection.pragma("application_id", self._application_id)
            connection.pragma("user_version", len(self._migrations))

    def _version(self, connection: apsw.Connection) -> int:
        """How many migrations the file has seen; raises StorageError when it is not ours or too new."""
        with connection:  # one look at all three: another process may be making the file meanwhile
            owner, version = int(connection.pragma("application_id")), int(connection.pragma("user_version"))
            empty = not connection.execute("SELECT count(*) FROM sqlite_schema").get
        if owner != self._application_id and not (owner == 0 and empty):
            message, hint = "belongs to another program", "choose another data_dir"
        elif version > len(self._migrations):
            message, hint = "was written by a newer Muster", "update Muster, or choose another data_dir"
        else:
            return version
        raise StorageError(f"{str(self.path)!r} {message}", code=FOREIGN, hint=hint)


def _patiently(attempt: Callable[[], object]) -> None:
    """Try for as long as the busy timeout: SQLite does not wait for a change of the journal mode."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            attempt()
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
