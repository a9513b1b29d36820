"""A disk that fails: the N-th thing that is asked of it goes wrong, or everything from the N-th on."""

from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NoReturn

import apsw
import pytest

VFS = "failing"
Kind = Literal["broken", "full"]
_CODES = {
    "read": apsw.SQLITE_IOERR_READ,
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "size": apsw.SQLITE_IOERR_FSTAT,
    "lock": apsw.SQLITE_IOERR_LOCK,
    "access": apsw.SQLITE_IOERR_ACCESS,
    "delete": apsw.SQLITE_IOERR_DELETE,
}
_SHORT = frozenset({"write", "pwrite"})
"""Calls that tell of a full disk by taking less than they were given."""
_GROWING = frozenset({"write", "truncate", "sync", "delete"})


class Fuse:
    """Blows at the N-th call; with `lasting` at all that come after it, until it is mended.

    A disk that is `full` refuses only what may need room.
    """

    def __init__(self, at: int, kind: Kind = "broken", *, lasting: bool = False) -> None:
        self._at, self.kind, self._lasting = at, kind, lasting
        self._lock = threading.Lock()
        self.calls = 0
        self.blown = ""

    def mend(self) -> None:
        """From now on all is well."""
        self._at, self._lasting = 0, False

    def blows(self, what: str) -> bool:
        """Whether this call goes wrong."""
        with self._lock:
            if self.kind == "full" and what not in _GROWING:
                return False
            self.calls += 1
            if not self._at or self.calls < self._at or (self.calls > self._at and not self._lasting):
                return False
            self.blown = self.blown or what
            return True


def _sqlite(fuse: Fuse, what: str) -> None:
    if not fuse.blows(what):
        return
    if fuse.kind == "full":
        raise apsw.FullError("made up")
    if what == "open":
        raise apsw.CantOpenError("made up")
    error = apsw.IOError("made up")
    error.extendedresult = _CODES[what]  # type: ignore[attr-defined]
    raise error


class _File(apsw.VFSFile):
    """A file of the system's own behind the fuse."""

    def __init__(self, fuse: Fuse, path: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("unix", path, flags)
        self._fuse = fuse

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - apsw asks for it by this name
        """Read."""
        _sqlite(self._fuse, "read")
        return super().xRead(amount, offset)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Write; half of it is done when it fails."""
        try:
            _sqlite(self._fuse, "write")
        except apsw.Error:
            super().xWrite(bytes(data)[: len(data) // 2], offset)
            raise
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Wait for the disk."""
        _sqlite(self._fuse, "sync")
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Cut."""
        _sqlite(self._fuse, "truncate")
        super().xTruncate(newsize)

    def xFileSize(self) -> int:  # noqa: N802 - apsw asks for it by this name
        """How long it is."""
        _sqlite(self._fuse, "size")
        return super().xFileSize()

    def xLock(self, level: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Lock."""
        _sqlite(self._fuse, "lock")
        super().xLock(level)


class _Failing(apsw.VFS):
    """The system's own way to files behind the fuse."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__(VFS, "unix")
        self._fuse = fuse

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - as above
        """Open."""
        if name is None:
            return apsw.VFSFile("unix", None, flags)
        _sqlite(self._fuse, "open")
        return _File(self._fuse, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - apsw asks for it by this name
        """Delete."""
        _sqlite(self._fuse, "delete")
        super().xDelete(filename, syncdir)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802 - apsw asks for it by this name
        """Whether it is there."""
        _sqlite(self._fuse, "access")
        return super().xAccess(pathname, flags)


@contextmanager
def sqlite_failing(fuse: Fuse) -> Iterator[None]:
    """Every SQLite file that is opened within is behind the fuse; what it tells the log is not shown."""
    vfs = _Failing(fuse)
    apsw.set_default_vfs(VFS)
    try:
        yield
    finally:
        apsw.set_default_vfs("unix")
        vfs.unregister()


class _Buffered:
    """A file that was opened for writing, behind the fuse."""

    def __init__(self, file: Any, guard: Callable[[str], None]) -> None:
        self._file, self._guard = file, guard

    def __enter__(self) -> _Buffered:
        return self

    def __exit__(self, *what: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        """Half of it is done when it fails."""
        try:
            self._guard("write")
        except OSError:
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise
        return int(self._file.write(content))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


_CALLS: Sequence[tuple[Any, str, str]] = (
    (os, "open", "open"), (io, "open", "open"), (os, "write", "write"), (os, "fsync", "sync"),
    (os, "fdatasync", "sync"), (os, "replace", "write"), (os, "unlink", "delete"), (os, "mkdir", "write"),
    (os, "ftruncate", "truncate"), (os, "truncate", "truncate"), (os, "read", "read"), (os, "stat", "access"),
    (os, "fstat", "access"), (os, "listdir", "read"), (os, "scandir", "read"), (os, "fchmod", "write"),
    (os, "pread", "read"), (os, "pwrite", "write"),
)  # fmt: skip


def _half(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same call with half of the bytes, as a disk takes them on which a file cannot grow any more."""
    descriptor, content, *more = given
    if more and more[0] + len(content) <= os.lseek(descriptor, 0, os.SEEK_END):
        raise OSError(
            errno.ENOSPC, os.strerror(errno.ENOSPC)
        )  # what is written over is taken whole, or not at all
    return (descriptor, content[: len(content) // 2], *more)


def _behind(call: Any, name: str, what: str, fuse: Fuse, inside: Callable[[Any], bool]) -> Any:
    """The call behind the fuse."""

    def made(*given: Any, **more: Any) -> Any:
        if given and inside(given[0]) and fuse.blows(what):
            if name not in _SHORT or fuse.kind != "full":
                _trouble(fuse)
            given = _half(given)
        return call(*given, **more)

    return made


def _trouble(fuse: Fuse) -> NoReturn:
    number = errno.ENOSPC if fuse.kind == "full" else errno.EIO
    raise OSError(number, os.strerror(number))


@contextmanager
def files_failing(fuse: Fuse, root: Path) -> Iterator[None]:
    """What Python asks of the system for files below `root` is behind the fuse."""
    place = str(root)

    def guard(what: str) -> None:
        if fuse.blows(what):
            _trouble(fuse)

    with pytest.MonkeyPatch.context() as patch:
        fdopen, readlink = os.fdopen, os.readlink

        def inside(given: Any) -> bool:
            try:
                path = readlink(f"/proc/self/fd/{given}") if isinstance(given, int) else os.fspath(given)
            except (OSError, TypeError):
                return False
            return str(path).startswith(place)

        for module, name, what in _CALLS:
            patch.setattr(module, name, _behind(getattr(module, name), name, what, fuse, inside))
        patch.setattr(
            os,
            "fdopen",
            lambda given, *more, **named: (
                _Buffered(fdopen(given, *more, **named), guard)
                if inside(given)
                else fdopen(given, *more, **named)
            ),
        )
        yield
