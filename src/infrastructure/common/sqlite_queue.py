"""What waits for the thread of a SQLite file, and who waits for it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from ...domain.errors import StorageError
from .sqlite_errors import storage_errors

Work = Callable[..., Any]
Failed = Callable[[BaseException], None]


class Job:
    """Some work; `loop` and `waiter` say who awaits it, `failed` is told where nobody does.

    When something is `wanted`, the work takes the connection and all that is wanted of it, and is done in one go for
    those that wait together; else it takes the connection alone.
    It is done even when nobody waits any more: what was asked for before it and after it counts on it.
    """

    __slots__ = ("changes", "error", "failed", "loop", "result", "waiter", "wanted", "work")

    def __init__(
        self,
        work: Work,
        *,
        changes: bool,
        waiter: asyncio.Future[Any] | Future[Any] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        failed: Failed | None = None,
        wanted: Any = None,
    ) -> None:
        self.work = work
        self.changes = changes
        self.waiter = waiter
        self.loop = loop
        self.failed = failed
        self.wanted = wanted
        self.result: Any = None
        self.error: BaseException | None = None


def groups(jobs: Iterable[Job]) -> list[list[Job]]:
    """The jobs in their order: changes that may share a transaction, readings that are told of together."""
    found: list[list[Job]] = []
    for job in jobs:
        if found and found[-1][-1].changes is job.changes:
            found[-1].append(job)
        else:
            found.append([job])
    return found


def deliver(jobs: Iterable[Job]) -> None:
    """Tell everybody what came of it: each event loop once, whoever else waits at once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is not None:
            by_loop.setdefault(job.loop, []).append(job)
        elif isinstance(job.waiter, Future):
            _settle_at_once(job, job.waiter)
        elif job.error is not None and job.failed is not None:
            job.failed(job.error)
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, theirs)
        except RuntimeError:  # the loop has ended, and everybody in it
            continue


def _settle(jobs: list[Job]) -> None:
    for job in jobs:
        waiter = job.waiter
        if waiter is None or waiter.done():
            continue
        if job.error is None:
            waiter.set_result(job.result)
        else:
            waiter.set_exception(job.error)


def _settle_at_once(job: Job, waiter: Future[Any]) -> None:
    if not waiter.set_running_or_notify_cancel():
        return
    if job.error is None:
        waiter.set_result(job.result)
    else:
        waiter.set_exception(job.error)


class _Spoilt(Exception):
    """One of several jobs raised; what the others did is undone with it."""


def change(connection: apsw.Connection, jobs: list[Job], path: Path) -> None:
    """Do `jobs` in one transaction; what one of them raises is its own error, and undoes only its own changes.

    Raises what ended the whole transaction: then nothing of any job is kept. Savepoints cost as much as the changes,
    so they come in only when a job has raised: then all are done once more.
    """
    try:
        with immediate(connection):
            for job in jobs:
                try:
                    _do(job, connection)
                except Exception as error:
                    if len(jobs) == 1:
                        raise
                    raise _Spoilt from error
    except _Spoilt:
        with immediate(connection):
            for job in jobs:
                _attempt(connection, job, path)


def look(connection: apsw.Connection, jobs: list[Job], path: Path) -> None:
    """Do `jobs`, which change nothing; what one of them raises is its own error."""
    for (work, alone), run in itertools.groupby(jobs, key=lambda job: (job.work, job.wanted is None)):
        some = list(run)
        if alone or len(some) == 1 or not _look_together(connection, some, work):
            _look_alone(connection, some, path)


def _look_together(connection: apsw.Connection, jobs: list[Job], work: Work) -> bool:
    """Whether it went well; otherwise each has to find out alone whether it is its own fault."""
    try:
        results = work(connection, [job.wanted for job in jobs])
    except Exception:  # noqa: BLE001 - it is raised again by the one that it belongs to
        return False
    for job, result in zip(jobs, results, strict=True):
        job.result = result
    return True


def _look_alone(connection: apsw.Connection, jobs: list[Job], path: Path) -> None:
    for job in jobs:
        try:
            with storage_errors(path):
                _do(job, connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits to hear of it
            job.error = error


def _do(job: Job, connection: apsw.Connection) -> None:
    """Cursors are of no use to those who wait, and live no longer than the work.

    The connection keeps a list of those that are alive; many that end together leave entries behind in it, and every
    later statement looks through all of them.
    """
    result = job.work(connection) if job.wanted is None else job.work(connection, [job.wanted])[0]
    job.result = None if isinstance(result, apsw.Cursor) else result


def _attempt(connection: apsw.Connection, job: Job, path: Path) -> None:
    connection.execute("SAVEPOINT job")
    try:
        with storage_errors(path):
            _do(job, connection)
    except Exception as error:
        if not connection.in_transaction:  # SQLite itself has undone everything
            raise
        connection.execute("ROLLBACK TO job")
        job.error = error
    connection.execute("RELEASE job")


def fail(jobs: list[Job], error: BaseException) -> None:
    """Give `error` to all of them that have none of their own: a raised error belongs to one task."""
    for job in jobs:
        if job.error is None:
            job.error = _copy(error) if isinstance(error, StorageError) and len(jobs) > 1 else error


def _copy(error: StorageError) -> StorageError:
    copy = StorageError(error.message, code=error.code, details=error.details, hint=error.hint)
    copy.__cause__ = error.__cause__
    return copy


@contextmanager
def immediate(connection: apsw.Connection) -> Iterator[None]:
    """A transaction that takes the write lock first: deferred ones fail when two turn to writing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
