"""Whole files put below a folder: through the handle, and never through a link."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from .confined import NEW_FLAGS, FolderHandle, NotAFileError, make_folders


def is_taken(root: str, path: str) -> bool:
    """Whether something is at `path` below `root`; raises NotAFileError for a link, there or on the way."""
    try:
        with FolderHandle(root) as folder:
            parent, name = folder.parent(path)
            mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(mode):
        raise NotAFileError("symbolic link, which is not followed")
    return True


def put_below(root: str, path: str, content: bytes, *, replace: bool) -> None:
    """Write a file at `path` below `root`, whole or not at all, with the folders that it needs.

    Raises FileExistsError when one is there and `replace` is false, NotAFileError for a link on the way, and OSError.
    """
    Path(root).mkdir(parents=True, exist_ok=True)
    with FolderHandle(root) as folder:
        make_folders(folder, path.rpartition("/")[0])
        parent, name = folder.parent(path)
        part = f".muster-{secrets.token_hex(8)}.part"
        try:
            _write(part, parent, content, _mode(name, parent))
            if replace:
                os.replace(part, name, src_dir_fd=parent, dst_dir_fd=parent)
            else:
                os.link(part, name, src_dir_fd=parent, dst_dir_fd=parent)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=parent)


def _write(name: str, parent: int, content: bytes, mode: int | None) -> None:
    with os.fdopen(os.open(name, NEW_FLAGS, 0o666, dir_fd=parent), "wb") as file:
        file.write(content)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _mode(name: str, parent: int) -> int | None:
    """The permissions of the file that is there; None when none is."""
    with suppress(FileNotFoundError):
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise NotAFileError("no regular file")
        return stat.S_IMODE(mode)
    return None
