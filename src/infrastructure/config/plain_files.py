"""Files of strangers: a name may stand for a device, a pipe, a link to somewhere else, or no end of bytes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ..common.confined import LeadsOutError, NotAFileError, open_regular
from ..common.following import open_following


def read_plain(path: Path, most: int, within: Path | None = None) -> bytes:
    """The content of a regular file of at most `most` bytes; no link may lead it out of the folder `within`.

    Raises OSError whose `strerror` says what is wrong with it.
    """
    try:
        descriptor = _open(path, within)
    except LeadsOutError:
        raise OSError(errno.EXDEV, "it is a link that leads out of the project") from None
    except NotAFileError:
        raise OSError(errno.EINVAL, "it is not a regular file") from None
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1024} kB")
    return content


def _open(path: Path, within: Path | None) -> int:
    if within is None:
        return open_regular(os.path.realpath(path))
    try:
        below = path.relative_to(within)
    except ValueError:
        raise LeadsOutError(f"{str(path)!r} does not lie in {str(within)!r}") from None
    return open_following(str(within), str(below))
