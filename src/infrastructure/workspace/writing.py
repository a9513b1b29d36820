"""The one way to change a file of a folder: step by step from a handle, no link followed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass

from ..common.confined import NEW_FLAGS, FolderHandle, NotAFileError
from .renaming import exchange, move_if_free

CHUNK = 1 << 20
MOST_KEPT = 64 * CHUNK
"""Bytes of a file that can be kept in a checkpoint."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file as it is; `content` is b"" unless it was asked for."""

    digest: str
    size: int
    mode: int
    inode: tuple[int, int]
    owner: tuple[int, int]
    content: bytes = b""


class WritingHandle(FolderHandle):
    """An open folder whose files may be changed; every step looks for its folder anew, and is one system call.

    Paths are what `inside` gave. Raises OSError, and NotAFileError for what is no regular file.
    """

    def look(self, path: str, keep: bool = False) -> Found | None:
        """What is at `path`, with its bytes if they are to be kept; None when nothing is."""
        self.forget()
        try:
            descriptor = self.open(path)
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            raise NotAFileError("below something that is no folder") from None
        try:
            return _found(descriptor, keep)
        finally:
            os.close(descriptor)

    def missing_folders(self, path: str) -> tuple[str, ...]:
        """The folders above `path` that are not there, outermost first."""
        parts = path.split("/")[:-1]
        for depth in range(len(parts), 0, -1):
            self.forget()
            with contextlib.suppress(FileNotFoundError):
                self.folder("/".join(parts[:depth]))
                return tuple("/".join(parts[: n + 1]) for n in range(depth, len(parts)))
        return tuple("/".join(parts[: n + 1]) for n in range(len(parts)))

    def make_folder(self, path: str) -> None:
        """A new folder; one that is there already is left as it is."""
        parent, name = self._parent(path)
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)
        os.fsync(parent)

    def remove_folder(self, path: str) -> None:
        """Remove the folder if it is there and empty."""
        with contextlib.suppress(OSError, NotAFileError):
            parent, name = self._parent(path)
            os.rmdir(name, dir_fd=parent)

    def write(self, path: str, content: bytes, mode: int | None, owner: tuple[int, int] | None) -> None:
        """A new file, on the disk when this returns, or none; with None, as new files of this user are."""
        parent, name = self._parent(path)
        descriptor = os.open(name, NEW_FLAGS, 0o666 if mode is None else 0o600, dir_fd=parent)
        try:
            _write_all(descriptor, content)
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):
                    os.fchown(descriptor, *owner)
            if mode is not None:
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=parent)
            raise
        finally:
            os.close(descriptor)

    def exchange(self, one: str, other: str) -> bool:
        """Let two files of one folder change names at once; False where the system cannot."""
        parent, name = self._parent(one)
        return exchange(parent, name, other.rpartition("/")[2])

    def replace(self, source: str, target: str) -> None:
        """Rename over a file of the same folder."""
        parent, name = self._parent(source)
        os.replace(name, target.rpartition("/")[2], src_dir_fd=parent, dst_dir_fd=parent)

    def move(self, source: str, target: str) -> None:
        """Rename in one folder; raises FileExistsError when there is a `target`."""
        parent, name = self._parent(source)
        move_if_free(parent, name, target.rpartition("/")[2])

    def remove(self, path: str) -> None:
        """Unlink."""
        parent, name = self._parent(path)
        os.unlink(name, dir_fd=parent)

    def sync(self, path: str) -> None:
        """Let the disk know the names in the folder of `path`; one that has gone has none."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.fsync(self._parent(path)[0])

    def _parent(self, path: str) -> tuple[int, str]:
        self.forget()
        return self.parent(path)


def _found(descriptor: int, keep: bool) -> Found:
    about = os.fstat(descriptor)
    if keep and about.st_size > MOST_KEPT:
        raise NotAFileError(f"larger than {MOST_KEPT // CHUNK} MB")
    digest, size, pieces = hashlib.sha256(), 0, list[bytes]()
    while piece := os.read(descriptor, CHUNK):
        digest.update(piece)
        size += len(piece)
        pieces += [piece] if keep else []
    return Found(
        digest.hexdigest(),
        size,
        stat.S_IMODE(about.st_mode),
        (about.st_dev, about.st_ino),
        (about.st_uid, about.st_gid),
        b"".join(pieces),
    )


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
