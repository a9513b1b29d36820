"""Parts of a long text in which credentials are looked for one after another.

A part fits into the processor's cache: the hundred searches of the rules cost the same per character however long
the text is. Parts end at a line's end where no rule reads on: none reads on into the next but those for keys,
which are looked for in the whole text, and those for a name whose value stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIZE = 131_072
"""Characters of a part, about."""
ABOVE = 320
"""Characters before a line's end in which no telling name may stand."""
TRIES = 200
"""Line ends that are looked at before the part becomes twice as long."""


def blocks(text: str, marks: Sequence[str], size: int = SIZE) -> Iterator[tuple[int, int]]:
    """Where the parts of `text` begin and end; `marks` are small letters of which some stand in each telling name."""
    start = 0
    while start < len(text):
        stop = _end(text, start + size, marks, size)
        yield start, stop
        start = stop


def _end(text: str, place: int, marks: Sequence[str], size: int) -> int:
    while place < len(text):
        line = place - 1
        for _ in range(TRIES):
            line = text.find("\n", line + 1)
            if line < 0:
                return len(text)
            above = text[max(0, line - ABOVE) : line].lower()
            if not any(mark in above for mark in marks):
                return line
        place = max(line, place + size)
    return len(text)
