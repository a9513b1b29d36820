"""The one way to a file of a folder: nothing leads out of it."""

from __future__ import annotations

import os
import stat
from types import TracebackType
from typing import Self

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class NotAFileError(Exception):
    """A path that exists and is no regular file; the text says what it is instead."""


class FolderHandle:
    """An open folder; files are opened step by step from it, so that a link swapped in never wins.

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
        folder, _, name = path.rpartition("/")
        parent = self.folder(folder)
        _look(name, parent)
        descriptor = os.open(name, FILE_FLAGS, dir_fd=parent)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotAFileError("special file")
        return descriptor

    def folder(self, path: str) -> int:
        """A descriptor of the folder at `path`, "" for the whole; it is this handle's to close."""
        if not path:
            return self._root
        if self._last is None or self._last[0] != path:
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
                if stat.S_ISLNK(os.stat(part, dir_fd=current, follow_symlinks=False).st_mode):
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


def _look(name: str, parent: int) -> None:
    """Raise NotAFileError for what must not even be opened: a device may act, a pipe may wait for ever."""
    mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        raise NotAFileError("symbolic link, which is not followed")
    if stat.S_ISDIR(mode):
        raise NotAFileError("a repository of its own")
    if not stat.S_ISREG(mode):
        raise NotAFileError("special file")
