"""A model's words on the way to the terminal, piece by piece."""

from __future__ import annotations

import re

from ..reports.wording import printable

ESCAPE = "\x1b"
WHOLE = re.compile(
    "\x1b(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)|[ -Z\\\\`-~])", re.DOTALL
)
HELD = 256
"""Characters that are held back at most while an escape sequence has no end."""
_KEPT = re.compile("([\n\t])")


def harmless(text: str) -> str:
    """`text` with its lines and tabs, and nothing else that a terminal would obey."""
    parts = _KEPT.split(text.replace("\r\n", "\n"))
    return "".join(part if part in {"\n", "\t"} else printable(part) for part in parts)


class Pieces:
    """Makes pieces of text harmless, also where an escape sequence is spread over several of them."""

    def __init__(self) -> None:
        self._held = ""

    def take(self, piece: str) -> str:
        """What can be shown now that `piece` has come."""
        text = self._held + piece
        end = _settled(text)
        self._held = text[end:]
        return harmless(text[:end])

    def rest(self) -> str:
        """What is left when no more will come."""
        text, self._held = self._held, ""
        return harmless(text)


def _settled(text: str) -> int:
    """Where the part ends that no further piece can change the meaning of."""
    if text.endswith("\r"):
        return len(text) - 1
    last = text.rfind(ESCAPE)
    if last < 0 or len(text) - last > HELD or WHOLE.match(text, last):
        return len(text)
    return last
