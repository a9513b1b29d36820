"""Links that stay below a folder are followed, one that leads out is not: each step is looked at from an open handle.

What the kernel calls RESOLVE_BENEATH, for every POSIX system, and for links that name the folder from the top, too.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from .confined import FOLDER_FLAGS, LeadsOutError, NotAFileError, open_regular

MOST_LINKS = 40
"""As many as Linux follows in one path."""
OUT = "a link that leads out of the folder"


def open_following(root: str, path: str) -> int:
    """A descriptor of the regular file that `path` stands for below `root`.

    Raises LeadsOutError when some link on the way leads out, NotAFileError for what is no file, and OSError.
    """
    with _Way(root) as way:
        name = way.walk(path)
        if name is None:
            raise NotAFileError("a folder")
        return open_regular(name, way.here)


def leads_out(root: str, path: str) -> bool:
    """Whether some link leads `path` out of `root`; what is not there leads nowhere."""
    try:
        with _Way(root) as way, suppress(OSError):
            way.walk(path)
    except LeadsOutError:
        return True
    return False


def folder_meant(root: str, path: str) -> str | None:
    """The folder that `path` stands for, as names below `root`; None for the root itself, for files, and outside."""
    try:
        with _Way(root) as way:
            if way.walk(path) is None and way.names:
                return "/".join(way.names)
    except (OSError, NotAFileError):
        pass
    return None


@dataclass(slots=True)
class _Way:
    """The open folders from the root to where one is; `..` goes back to one of them, and never above the first."""

    root: str
    folders: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    links: int = 0

    def __enter__(self) -> Self:
        self.folders.append(os.open(self.root, FOLDER_FLAGS & ~os.O_NOFOLLOW))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._back_to(0)

    @property
    def here(self) -> int:
        return self.folders[-1]

    def walk(self, path: str) -> str | None:
        """Go to the folder of the last name and return that name, which is no link; None when it ends in a folder."""
        ahead = deque(_parts(path))
        while ahead:
            name = ahead.popleft()
            if name == "..":
                if len(self.folders) == 1:
                    raise LeadsOutError(OUT)
                self._back_to(len(self.folders) - 1)
                continue
            target = self._link(name)
            if target is not None:
                ahead.extendleft(reversed(_parts(self._below(target))))
            elif ahead or self._is_folder(name):
                self.folders.append(os.open(name, FOLDER_FLAGS, dir_fd=self.here))
                self.names.append(name)
            else:
                return name
        return None

    def _link(self, name: str) -> str | None:
        """Where the link leads; None when it is none."""
        with suppress(OSError):
            target = os.readlink(name, dir_fd=self.here)
            self.links += 1
            if self.links > MOST_LINKS:
                raise LeadsOutError("a loop of links")
            return target
        return None

    def _below(self, target: str) -> str:
        """`target` as a path from where one is then: the top, if it was written from the top of the file system."""
        if not target.startswith("/"):
            return target
        for root in (self.root, os.path.realpath(self.root)):
            if f"{target}/".startswith(f"{root.rstrip('/')}/"):
                self._back_to(1)
                return target[len(root) :]
        raise LeadsOutError(OUT)

    def _is_folder(self, name: str) -> bool:
        try:
            descriptor = os.open(name, FOLDER_FLAGS, dir_fd=self.here)
        except NotADirectoryError:
            return False
        os.close(descriptor)
        return True

    def _back_to(self, depth: int) -> None:
        while len(self.folders) > depth:
            os.close(self.folders.pop())
            del self.names[max(0, len(self.folders) - 1) :]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]
