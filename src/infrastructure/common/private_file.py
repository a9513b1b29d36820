"""Files that are for their owner's eyes only."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ...domain.errors import SecurityViolation
from .trouble import disk_errors

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def read_private(path: Path) -> bytes | None:
    """All of the file, None when there is none.

    Raises SecurityViolation when somebody else may read or write it, or when it is not a file of this user;
    StorageError.
    """
    with disk_errors(str(path)):
        try:
            descriptor = os.open(path, READ)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise _no_file(path) from error
            raise
        try:
            _check(path, os.fstat(descriptor))
            return _all_of(descriptor)
        finally:
            os.close(descriptor)


def write_private(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace the file by one with `content` and mode 0600, whole or not at all.

    With `durable` it is on the disk when this returns; without, it outlives the process and not a power cut. One
    writer at a time is the caller's business. Raises StorageError.
    """
    with disk_errors(str(path)):
        make_private_folder(path.parent)
        write_unready(path, content, durable=durable)
        make_ready(path)
        if durable:
            keep_names(path.parent)


def write_unready(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write what shall become the file beside it, as `write_private` does; nothing of it stays after an OSError."""
    unready = unready_of(path)
    try:
        descriptor = os.open(unready, NEW, 0o600)
    except FileExistsError:  # somebody was killed while he wrote it
        unready.unlink()
        descriptor = os.open(unready, NEW, 0o600)
    with _removed_on_error(unready):
        _write(descriptor, content, durable=durable)


def make_ready(path: Path) -> None:
    """Give what was written unready its name, which lasts once the folder is synced; raises OSError."""
    unready = unready_of(path)
    with _removed_on_error(unready):
        unready.replace(path)


def keep_names(folder: Path) -> None:
    """Sync a folder in which files were made ready.

    The new content is in place whatever becomes of this: that is no disk without room, which keeps the old.
    """
    try:
        sync_folder(folder)
    except OSError as error:
        raise OSError(errno.EIO, os.strerror(errno.EIO)) from error


def unready_of(path: Path) -> Path:
    """What the file is called while it is written; a process that is killed may leave it behind."""
    return path.with_name(f".{path.name}.new")


def make_private_folder(folder: Path) -> None:
    """A folder of mode 0700; one that is there is left as it is, a new one outlives a power cut."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in missing:
        # Where names may be made but not listed, there is no way to ask for more.
        with contextlib.suppress(PermissionError):
            sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Let the disk know the names in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _removed_on_error(unready: Path) -> Iterator[None]:
    """It takes room that may be missing."""
    try:
        yield
    except OSError:
        with contextlib.suppress(OSError):
            unready.unlink(missing_ok=True)
        raise


def _write(descriptor: int, content: bytes, *, durable: bool) -> None:
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        if durable:
            os.fsync(descriptor)


def _all_of(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def _no_file(path: Path) -> SecurityViolation:
    return SecurityViolation(
        f"{str(path)!r} is no regular file",
        code="key-file",
        details={"path": str(path)},
        hint="put the file itself in its place; links are not followed here",
    )


def _check(path: Path, about: os.stat_result) -> None:
    details = {"path": str(path), "mode": oct(stat.S_IMODE(about.st_mode))}
    if not stat.S_ISREG(about.st_mode):
        raise _no_file(path)
    if about.st_uid not in {os.geteuid(), 0}:
        hint = "take it into your own hands, or choose another data_dir"
        raise SecurityViolation(
            f"{str(path)!r} is another user's", code="key-file", details=details, hint=hint
        )
    if stat.S_IMODE(about.st_mode) & 0o077:
        hint = f"chmod 600 {path}; if somebody may have read it, replace what is in it"
        raise SecurityViolation(
            f"{str(path)!r} may be read or written by others", code="key-file", details=details, hint=hint
        )
