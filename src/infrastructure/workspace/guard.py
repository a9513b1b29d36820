"""The one way to a file of a folder: nothing leads out of it."""

from __future__ import annotations

import os
import re
import stat
from types import TracebackType

from ...domain.errors import WorkspaceError

DRIVE = re.compile(r"[A-Za-z]:($|[\\/])")
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class NotAFileError(Exception):
    """A path that exists and is no regular file; the text says what it is instead."""


def inside(path: str) -> str:
    """`path` without empty parts and dots; raises WorkspaceError when it is written to lead outside."""
    if not path.strip() or "\0" in path:
        raise _refused(path, "is no file name")
    if path.startswith(("/", "\\", "~")) or DRIVE.match(path):
        raise _refused(path, "is not relative to the folder")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts or ".." in path.split("\\"):
        raise _refused(path, "leads out of the folder")
    if not parts:
        raise _refused(path, "is the folder itself")
    return "/".join(parts)


def _refused(path: str, why: str) -> WorkspaceError:
    hint = "give a path below the folder, such as src/main.py"
    return WorkspaceError(f"path {path!r} {why}", details={"path": path}, hint=hint)


class FolderHandle:
    """An open folder; files are opened step by step from it, so that a link swapped in never wins.

    The folder of the last file stays open: paths that come sorted cost one look each.
    """

    def __init__(self, root: str) -> None:
        self._root = os.open(root, FOLDER_FLAGS & ~os.O_NOFOLLOW)
        self._last: tuple[str, int] | None = None

    def __enter__(self) -> FolderHandle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        os.close(self._root)

    def open(self, path: str) -> int:
        """A descriptor of the regular file at `path`; raises OSError, or NotAFileError for anything else."""
        folder, _, name = path.rpartition("/")
        parent = self._folder(folder)
        _look(name, parent)
        descriptor = os.open(name, FILE_FLAGS, dir_fd=parent)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotAFileError("special file")
        return descriptor

    def _folder(self, path: str) -> int:
        if not path:
            return self._root
        if self._last is None or self._last[0] != path:
            self._forget()
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

    def _forget(self) -> None:
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
