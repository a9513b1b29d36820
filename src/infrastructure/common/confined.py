"""The one way to a file below a folder: step by step from an open handle, so that a link swapped in never wins."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from ...domain.security.paths import is_below, is_stream, named

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NotAFileError(Exception):
    """A path that exists and is no regular file; the text says what it is instead."""


class LeadsOutError(NotAFileError, ValueError):
    """A path that is not below the folder, by the way it is written or by a link."""


class FolderHandle:
    """An open folder; no link below it is followed.

    The folder of the last file stays open: paths that come sorted cost one look each.
    """

    def __init__(self, root: str) -> None:
        self._root = os.open(root, FOLDER_FLAGS & ~os.O_NOFOLLOW)
        self._last: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        os.close(self._root)

    def open(self, path: str) -> int:
        """A descriptor of the regular file at `path`; raises OSError, or NotAFileError for anything else."""
        parent, name = self.parent(path)
        return open_regular(name, parent)

    def parent(self, path: str) -> tuple[int, str]:
        """A descriptor of the folder that `path` lies in, as of `folder`, and the last name."""
        folder, _, name = path.rpartition("/")
        if not is_below(name):  # the kernel would take `..` as it is
            raise LeadsOutError("a path that leads out of the folder")
        return self.folder(folder), name

    def folder(self, path: str) -> int:
        """A descriptor of the folder at `path`, "" for the whole; it is this handle's to close."""
        if not path:
            return self._root
        if self._last is None or self._last[0] != path:
            if not is_below(path):
                raise LeadsOutError("a path that leads out of the folder")
            self.forget()
            self._last = (path, self._descend(path))
        return self._last[1]

    def _descend(self, path: str) -> int:
        current = os.dup(self._root)
        for part in path.split("/"):
            try:
                following = os.open(part, FOLDER_FLAGS, dir_fd=current)
            except OSError:
                # A link is refused in other words by every system; what it is tells the reader more.
                if _is_link(part, current):
                    raise NotAFileError("behind a symbolic link, which is not followed") from None
                raise
            finally:
                os.close(current)
            current = following
        return current

    def forget(self) -> None:
        """Look for the folder anew next time."""
        if self._last is not None:
            os.close(self._last[1])
            self._last = None


def open_regular(name: str, parent: int | None = None) -> int:
    """A descriptor of the regular file `name` in the open folder `parent`, no link; raises as FolderHandle.open does.

    It is looked at before it is opened, since a device may act and a pipe may wait for ever, and after.
    """
    _refuse_special(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    descriptor = os.open(name, FILE_FLAGS, dir_fd=parent)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFileError("special file")
    return descriptor


def read_below(root: str, path: str) -> bytes:
    """All bytes of the regular file at `path` below `root`; raises OSError for links and devices, too."""
    with FolderHandle(root) as folder:
        try:
            descriptor = folder.open(path)
        except NotAFileError as reason:
            raise OSError(errno.EINVAL, str(reason)) from None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def read_text_below(root: str, path: str) -> str:
    """`read_below` as text: UTF-8, what is none replaced, every end of line as a line feed."""
    return io.TextIOWrapper(io.BytesIO(read_below(root, path)), "utf-8", errors="replace").read()


def write_below(root: str, files: Mapping[str, bytes]) -> None:
    """Make each of `files`, by its path below `root`, with the folders that it needs.

    Raises FileExistsError where something is there already, NotAFileError where a link is on the way, and OSError.
    """
    with FolderHandle(root) as folder:
        for path, content in files.items():
            make_folders(folder, path.rpartition("/")[0])
            parent, name = folder.parent(path)
            descriptor = os.open(name, NEW_FLAGS, 0o666, dir_fd=parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)


def make_folders(folder: FolderHandle, path: str) -> None:
    """The folder `path` and those above it, as far as they are not there."""
    parts = path.split("/") if path else []
    for depth in range(1, len(parts) + 1):
        above, name = folder.parent("/".join(parts[:depth]))
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=above)


def real_place(path: object) -> str:
    """The absolute path that `path`, which a person named, stands for, its links followed as far as there are any.

    Raises UnsafePath for what is no name, and for the folders of the system. The end of a pipe has no path but the
    spelling that leads to it.
    """
    spelt = os.path.abspath(named(path))  # noqa: PTH100 - what is no text was refused
    named(path, spelt)
    real = os.path.realpath(spelt)
    named(path, spelt, real)
    return spelt if is_stream(spelt) and not os.path.lexists(real) else real


def lies_within(folder: str, path: object) -> bool:
    """Whether `path`, which a person named, is `folder` or lies below it, links followed; raises UnsafePath."""
    below = os.path.join(folder, named(path))  # noqa: PTH118
    return f"{os.path.realpath(below)}/".startswith(f"{os.path.realpath(folder).rstrip('/')}/")


def _is_link(name: str, parent: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _refuse_special(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISLNK(mode):
        raise NotAFileError("symbolic link, which is not followed")
    if stat.S_ISDIR(mode):
        raise NotAFileError("a repository of its own")
    raise NotAFileError("special file")
