"""Files of strangers: a name may stand for a device, a pipe, a link to somewhere else, or no end of bytes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

KINDLY = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NOCTTY", 0)
)
"""Opening waits for nobody, follows no link that was put there meanwhile, and takes no terminal."""


def read_plain(path: Path, most: int, within: Path | None = None) -> bytes:
    """The content of a regular file of at most `most` bytes; no link may lead it out of the folder `within`.

    Raises OSError whose `strerror` says what is wrong with it.
    """
    found = os.path.realpath(path)
    _refuse_special(os.stat(found))  # noqa: PTH116 - before it is opened: opening a device may do something
    if within is not None and not Path(found).is_relative_to(os.path.realpath(within)):
        raise OSError(errno.EXDEV, "it is a link that leads out of the project")
    with os.fdopen(os.open(found, KINDLY | getattr(os, "O_BINARY", 0)), "rb") as file:
        _refuse_special(os.fstat(file.fileno()))
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1024} kB")
    return content


def _refuse_special(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
