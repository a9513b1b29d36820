"""What a disk refuses, in the words of the domain."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ...domain.errors import StorageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def disk_errors(place: str) -> Iterator[None]:
    """Raise OSError as StorageError that names `place`; the cause is kept."""
    try:
        yield
    except OSError as error:
        raise storage_error(place, error) from error


def storage_error(place: str, error: OSError) -> StorageError:
    """The StorageError for `error` at `place`; its code tells the kinds apart."""
    if error.errno in FULL:
        code, what, hint = "storage-full", "has no room left", "free some space and try again"
    elif error.errno in DENIED:
        code, what, hint = "storage-denied", "cannot be written", "check the permissions of file and folder"
    else:
        code, what, hint = "storage-failed", "cannot be read or written", "check the disk and the folder"
    return StorageError(
        f"{place!r} {what}",
        code=code,
        details={"path": place, "cause": os.strerror(error.errno or 0)},
        hint=f"{hint}; what was there is whole",
    )
