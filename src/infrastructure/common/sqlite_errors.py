"""SQLite's errors in the words of the domain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from ...domain.errors import StorageError

FULL, CORRUPT, LOCKED, FOREIGN = "storage-full", "storage-corrupt", "storage-locked", "storage-foreign"
DENIED, FAILED = "storage-denied", "storage-failed"

_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], str, str, str], ...] = (
    ((apsw.FullError,), FULL, "has no room left", "free some space and try again; what was there is whole"),
    (
        (apsw.NotADBError,), FOREIGN, "is not a database",
        "move it away, or choose another data_dir; a new one is made",
    ),
    (
        (apsw.CorruptError, UnicodeDecodeError), CORRUPT, "is damaged",
        "keep a copy of it and move it away; a new one is made",
    ),
    (
        (apsw.BusyError, apsw.LockedError), LOCKED, "is in use by another process",
        "wait for it to finish, or end it",
    ),
    (
        (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError, PermissionError), DENIED,
        "cannot be opened for writing", "check permissions of file and folder, or choose another data_dir",
    ),
    (
        (apsw.Error, OSError), FAILED, "cannot be read or written",
        "check the disk and the folder, or choose another data_dir",
    ),
)  # fmt: skip


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise what goes wrong with the file at `path` as StorageError that names it; the cause is kept."""
    try:
        yield
    except (apsw.Error, OSError, UnicodeDecodeError) as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: BaseException) -> StorageError:
    """The StorageError for `error` about the file at `path`; its code tells the kinds apart."""
    code, what, hint = next(
        (code, what, hint) for kinds, code, what, hint in _MEANINGS if isinstance(error, kinds)
    )
    return StorageError(
        f"{str(path)!r} {what}", code=code, details={"path": str(path), "cause": str(error)}, hint=hint
    )
