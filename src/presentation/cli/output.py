"""Where a result goes: to stdout, or whole into a file."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from ...domain.errors import StorageError, UserError
from .terminal import discard_stdout, say

STDOUT = "-"


def is_file(output: str | None) -> bool:
    """Whether `--output` names a file rather than stdout."""
    return output not in {None, STDOUT}


def check_target(output: str | None) -> None:
    """Refuse a file that cannot be written, before any work is done for it."""
    if output is None or output == STDOUT:
        return
    from ...container.paths import real_place

    real_place(output)
    path = Path(output)
    if path.is_dir():
        raise UserError(f"{output!r} is a folder", code="output", hint="name a file in it")
    if not path.parent.is_dir():
        folder = str(path.parent)
        raise UserError(f"the folder {folder!r} does not exist", code="output", hint=f"mkdir -p {folder}")
    if not os.access(path if path.exists() and not path.is_file() else path.parent, os.W_OK):
        raise UserError(f"{output!r} cannot be written", code="output", hint="choose another place")


def emit(text: str, output: str | None = None) -> None:
    """Write `text`, ended by a newline, to stdout or, saying so on stderr, to the file `output`."""
    text = text if text.endswith("\n") else text + "\n"
    if output is None or output == STDOUT:
        _print(text)
        return
    save(Path(output), text)


def emit_exactly(text: str, output: str | None = None) -> None:
    """Write `text` as it is, without an end of line that it does not have."""
    if output is None or output == STDOUT:
        _print(text)
        return
    save(Path(output), text)


def save(path: Path, text: str) -> None:
    """Write `text` to `path`, and say on stderr what was written where."""
    content = text.encode("utf-8", "backslashreplace")
    write_whole(path, content)
    say(f"muster: wrote {len(content):,} bytes to {path}")


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that nobody ever sees half of it; a pipe or device is written to directly.

    Raises UserError when that cannot be; what was there before is whole then.
    """
    from ...container.paths import real_place

    check_target(str(path))
    real = Path(real_place(str(path)))  # a link stays a link
    try:
        if real.exists() and not real.is_file():
            real.write_bytes(content)
        else:
            _replace(real, content)
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{str(path)!r} could not be written: {reason}", code="output") from error


def _replace(real: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:60]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(_mode(real))
        part.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _mode(real: Path) -> int:
    """The mode that the file has, or that a new file gets here."""
    with contextlib.suppress(OSError):
        return real.stat().st_mode & 0o777
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


def _print(text: str) -> None:
    if sys.stdout is None:
        _refuse("it is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        _refuse(error.strerror or type(error).__name__)


def _refuse(reason: str) -> NoReturn:
    raise StorageError(f"stdout could not be written: {reason}", code="output", hint="try --output FILE")
