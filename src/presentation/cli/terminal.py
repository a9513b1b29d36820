"""What the terminal can show: colour, width, and whether anybody watches."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

PLAIN_WIDTH = 100  # columns of a report that goes to a file or a pipe
WIDEST = 120  # beyond that, lines become hard to read


def wants_color(stream: TextIO, env: Mapping[str, str]) -> bool:
    """NO_COLOR forbids, FORCE_COLOR demands, TERM=dumb forbids; otherwise a terminal gets colour."""
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0") not in {"", "0", "false"}:
        return True
    return env.get("TERM") != "dumb" and stream.isatty()


def is_watched(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether a display that redraws itself makes sense on `stream`."""
    return stream.isatty() and env.get("TERM") != "dumb" and env.get("CI", "").lower() in {"", "0", "false"}


def width_of(stream: TextIO) -> int:
    """Columns to write for; a pipe gets `PLAIN_WIDTH` unless COLUMNS says otherwise."""
    if not stream.isatty():
        return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if "COLUMNS" in os.environ else PLAIN_WIDTH
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = 80
    return min(columns or 80, WIDEST)


def is_attended() -> bool:
    """Whether somebody sits here who can be asked: a terminal to read from, and one to be read."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def say(text: str) -> None:
    """Tell the user something on stderr, safe for a terminal; that nobody reads it is no failure."""
    from ..reports.wording import printable

    safe = "\n".join(printable(line) for line in text.split("\n"))
    try:
        print(safe, file=sys.stderr, flush=True)  # noqa: T201 - the one place for such lines
    except OSError:
        return


def stdout_width() -> int:
    """Columns to write for on stdout."""
    return PLAIN_WIDTH if sys.stdout is None else width_of(sys.stdout)


def discard_stdout() -> None:
    """Let what a broken stdout still buffers go nowhere, so that nothing fails at the very end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
