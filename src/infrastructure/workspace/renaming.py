"""Renames that lose nothing: two names exchanged, or a name taken only where there is none."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from functools import cache

Rename = Callable[[int, bytes, int, bytes, int], int]
NO_REPLACE, EXCHANGE = (4, 2) if sys.platform == "darwin" else (1, 2)
UNKNOWN = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a kernel or a file system says that does not know such a rename."""


def exchange(folder: int, one: str, other: str) -> bool:
    """Let two files of `folder` change names in one step; False where the system cannot. Raises OSError."""
    return _rename(folder, one, other, EXCHANGE)


def move_if_free(folder: int, source: str, target: str) -> None:
    """Rename `source` to `target` in `folder`; raises FileExistsError where there is a `target`, and OSError."""
    if not _rename(folder, source, target, NO_REPLACE):
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        os.unlink(source, dir_fd=folder)


def _rename(folder: int, source: str, target: str, how: int) -> bool:
    function = _function()
    if function is None:
        return False
    if function(folder, os.fsencode(source), folder, os.fsencode(target), how) == 0:
        return True
    number = ctypes.get_errno()
    if number in UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), source, None, target)


@cache
def _function() -> Rename | None:
    """The C library's rename with flags, where it has one."""
    library = ctypes.CDLL(None, use_errno=True)
    function = getattr(library, "renameatx_np" if sys.platform == "darwin" else "renameat2", None)
    if function is not None:
        function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
        function.restype = ctypes.c_int
    return function
