"""Texts that a command is given: files, or stdin for "-"."""

from __future__ import annotations

import sys
from pathlib import Path

from ...domain.errors import UserError

STDIN = "-"
LARGEST = 100_000_000
"""Bytes of one text at most; what is larger is in no model's window by far."""


def read_text(name: str) -> str:
    """What the file `name` holds, or stdin for "-"; raises UserError for what cannot be read or is no text."""
    content = _stdin() if name == STDIN else _file(name)
    called = "stdin" if name == STDIN else repr(name)
    if len(content) > LARGEST:
        raise UserError(
            f"{called} has more than {LARGEST // 1_000_000} MB", code="too-large", hint="give it in parts"
        )
    if b"\0" in content[:8192]:
        raise UserError(f"{called} is a binary file", code="binary", hint="extract its text first")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{called} is not UTF-8 text: byte {error.start:,}", code="encoding", hint="convert it first"
        ) from error


def _stdin() -> bytes:
    if sys.stdin is None:
        raise UserError("there is no stdin to read from", code="stdin", hint="name a file")
    return sys.stdin.buffer.read(LARGEST + 1)


def _file(name: str) -> bytes:
    from ...container.paths import real_place

    real_place(name)
    path = Path(name)
    if path.is_dir():
        raise UserError(f"{name!r} is a folder", code="not-a-file", hint="name the files in it")
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "check its name and its permissions"
        raise UserError(f"{name!r} could not be read: {reason}", code="not-readable", hint=hint) from error
