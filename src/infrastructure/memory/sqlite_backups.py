"""Copies of the memory file: made whole, checked, and kept in mind, so that what is forgotten leaves them too."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import apsw

from ...domain.errors import StorageError
from ...domain.memory.backup import Backup, KnownBackup
from ...domain.memory.entry import Verified
from ..common.private_file import make_private_folder, sync_folder, unready_of
from ..common.sqlite_errors import CORRUPT, FOREIGN, storage_errors
from ..common.sqlite_queue import immediate
from .backup_places import check_place
from .sqlite_schema import APPLICATION_ID

PATIENCE_MS = 2000
"""So long, in milliseconds, somebody else may hold a copy."""
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
log = logging.getLogger(__name__)


def make_backup(
    connection: apsw.Connection, target: Path, check: Callable[[apsw.Connection], Verified], *, replace: bool
) -> Backup:
    """Copy the file as it is at one moment, read the copy, and only then put it in its place, with mode 0600.

    Outside a transaction. Raises StorageError about `target`.
    """
    unready = unready_of(target)
    with storage_errors(target):
        check_place(target, replace=replace)
        make_private_folder(target.parent)
        unready.unlink(missing_ok=True)
        try:
            os.close(os.open(unready, NEW, 0o600))
            connection.execute("VACUUM INTO ?", (str(unready),))
            verified = _checked(unready, check)
            _sync(unready)
            check_place(target, replace=replace)
            unready.replace(target)
        finally:
            with suppress(OSError):
                unready.unlink(missing_ok=True)
        sync_folder(target.parent)
    with immediate(connection):
        connection.execute("INSERT INTO backups VALUES (?) ON CONFLICT DO NOTHING", (str(target),))
    return Backup(path=str(target), entries=verified.entries, damaged=verified.damaged)


def known_backups(connection: apsw.Connection) -> tuple[KnownBackup, ...]:
    """All that were made from this file, and whether they can be changed now."""
    return tuple(KnownBackup(path=path, reachable=_is_reachable(Path(path))) for path in _paths(connection))


def forget_in_backups(connection: apsw.Connection, delete: Callable[[apsw.Connection], object]) -> None:
    """Call `delete` with each copy. One out of reach is logged; one that is gone from its folder is dropped."""
    for path in _paths(connection):
        try:
            with _opened(Path(path)) as copy, immediate(copy):
                delete(copy)
        except StorageError as error:
            log.warning("what is deleted may still be in a backup: %s", error)
            if not os.path.lexists(path) and Path(path).parent.is_dir():
                connection.execute("DELETE FROM backups WHERE path = ?", (path,))


def _paths(connection: apsw.Connection) -> list[str]:
    return [str(path) for (path,) in connection.execute("SELECT path FROM backups ORDER BY path")]


def _is_reachable(path: Path) -> bool:
    try:
        with _opened(path) as copy, immediate(copy):
            return True
    except StorageError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[apsw.Connection]:
    """A copy, open for changes; raises StorageError when it is none of ours."""
    with storage_errors(path), closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as copy:
        copy.set_busy_timeout(PATIENCE_MS)
        copy.execute("PRAGMA secure_delete = ON")
        if copy.pragma("application_id") != APPLICATION_ID:
            hint = "it was changed since; delete it, or move it away"
            raise StorageError(f"{str(path)!r} is no backup of Muster's", code=FOREIGN, hint=hint)
        yield copy


def _checked(path: Path, check: Callable[[apsw.Connection], Verified]) -> Verified:
    """What is in the copy; it knows of no copies of its own."""
    with _opened(path) as copy:
        copy.execute("DELETE FROM backups")
        said = copy.execute("PRAGMA integrity_check").get
        if said != "ok":
            hint = "muster memory verify --repair, then try again"
            raise StorageError(f"the copy at {str(path)!r} is damaged", code=CORRUPT, hint=hint)
        return check(copy)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
