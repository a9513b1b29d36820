"""The folder that is meant by a name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ...domain.errors import UnsafePath, WorkspaceError
from ..common.confined import real_place


def real_folder(root: object) -> str:
    """The folder's real path; raises WorkspaceError that says what is wrong with it."""
    if not isinstance(root, str) or not root.strip() or "\0" in root:
        raise UnsafePath(f"{root!r} is no folder name", hint="name a folder; '.' is the one you are in")
    real_place(root)
    try:
        place = Path(root).resolve(strict=True)
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise WorkspaceError(f"folder {root!r} does not exist", hint="check its spelling") from None
    except (OSError, RuntimeError) as error:
        raise _unreadable(root, error) from error
    if not stat.S_ISDIR(mode):
        hint = "give its folder, or name it in the task"
        raise WorkspaceError(f"{root!r} is a file, not a folder", hint=hint)
    try:
        os.scandir(place).close()
    except OSError as error:
        raise _unreadable(root, error) from error
    return str(place)


def _unreadable(root: str, error: Exception) -> WorkspaceError:
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is a loop of links"
    return WorkspaceError(f"folder {root!r} cannot be read: {why}", hint="check the permissions, or the link")
