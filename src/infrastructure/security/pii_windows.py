"""Which parts of a text are looked at together: windows over all of it, or what lies around earlier finds.

A window fits into the processor's cache, so that the hundred searches of the rules cost the same per character however
long the text is. No rule reaches further than `AROUND`: what begins in a window's core is found as in the whole text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from .pii_found import BLANK, FRESH, Placed, blanked
from .pii_stretches import STRETCH, is_nobodys

SIZE = 65_536
"""Characters of a window's core, about."""
AROUND = 640
"""Characters that are shown on each side of a core."""
LINE = 4_096
"""Characters in which a line's end is looked for before any other place to part."""
PART = re.compile(r"[^0-9.()/ -]")
"""Where no stretch of digits goes on: a rule reads such a stretch from its beginning."""
GAP = f"{BLANK}\n{BLANK}"
"""Between parts that are shown together; no rule reaches across."""

BEFORE, REACH = 260, 80
"""Characters before and after a mark in which something new may begin."""
ABOVE, BELOW = 110, 160
"""Characters before and after these that are shown with them: words that tell, and the end of the longest address."""
TOUCHES = re.compile(r"[0-9]|[\w.@-]\Z")
ANY = re.compile("[^0-9@]*+[0-9@]")
_CLOSE = r"[)\w]|[^\s,;\"')\]}>]{0,79}[0-9@]"
"""What hangs on a mark: a bracket, a word that may be a label now that it stands alone, digits."""
_FAR = (
    r"[^0-9\n]{0,60}+(?:(?<=[:\"=])\n[^0-9\n]{0,60}+)*+"
    r"(?:(?:[0-9]{1,2}|[12][0-9]{3})[^0-9]{1,26}[0-9]|[12][0-9]{7}|[0-9]{3}([ .-]?)[0-9]{2}\3[0-9]{4})"
)
"""The first digits behind a mark, if they may be a day or a social security number."""
_FREED = (
    r"(?:[\W_]|(?i:numbers?|num?|no|nr|n[º°o]|ids?|code|is|was|now|of|sn|to|from|at|v|versions?)(?![^\W\d_]))*+"
    "[0-9]"
)
"""Digits behind a mark with nothing between that parts them; what stood there may have said that they are nothing."""
BEHIND_IT = re.compile(rf"(?P<close>{_CLOSE})|(?P<far>{_FAR})|(?P<freed>{_FREED})")
FREED = re.compile(_FREED)
FAR_LABELS = (
    "dob", "d.o.b", "birth", "born", "bday", "gebo", "gebur", "geb.", "né", "naissance", "nacim", "nacid", "nac.",
    "nasci",    "nato ", "nata ", "urodz", "ssn", "social", "soc. sec", "soc sec", "ss ", "ss#", "tax", "itin",
)  # fmt: skip
"""Labels that reach over a mark to what is behind it."""

BEHIND_MARK = 64
"""Characters before a stretch of digits in which a mark may change what the stretch is told to be."""
SOON, FAR = 12, 110
"""As many behind it, for a number and for an address."""
PARTED = re.compile(r"(?<!\w)[0-9]")
"""A number between a mark and another: words before the first say nothing about the second."""
LOOKS_BACK = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]|[0-9]{9}|[0-9]{3}[ .-][0-9]{2}[ .-][0-9]{4}")
"""What words may tell over a number between: addresses of machines and social security numbers."""


Mark = tuple[int, int, bool]
"""Where a find was replaced, and whether a rule wanted something there that was not wholly inside the find."""


class Window(NamedTuple):
    """Parts of a text that are shown together; each list has an entry for each part."""

    text: str
    places: list[int]  # where the part begins in the window
    shifts: list[int]  # how far it is from there to its place in the text
    cores: list[tuple[int, int]]  # where, in the text, a find must begin

    def placed(self, found: Iterable[Placed]) -> Iterable[Placed]:
        """The finds that begin in a core, by their places in the text."""
        if len(self.places) > 1:
            return self._placed_apart(found)
        shift, (low, high) = self.shifts[0], self.cores[0]
        return [
            (start + shift, end + shift, kind, confidence)
            for start, end, kind, confidence in found
            if low <= start + shift < high
        ]

    def _placed_apart(self, found: Iterable[Placed]) -> Iterator[Placed]:
        for start, end, kind, confidence in found:
            part = bisect_right(self.places, start) - 1
            shift = self.shifts[part]
            low, high = self.cores[part]
            if low <= start + shift < high:
                yield start + shift, end + shift, kind, confidence


def windows(text: str, size: int = SIZE) -> Iterator[Window]:
    """All of `text`, in windows that are parted at line ends where there are some."""
    start = 0
    while start < len(text):
        stop = _cut(text, start + size)
        low = max(0, start - AROUND)
        yield Window(text[low : stop + AROUND], [0], [low], [(start, stop)])
        start = stop


def _cut(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    line = text.find("\n", place, place + LINE)
    if line >= 0:
        return line
    other = PART.search(text, place)
    return other.start() if other else len(text)


def regions(text: str, marks: Iterable[Mark]) -> list[tuple[int, int]]:
    """Where something may come to light now that the marks stand there, in order and apart."""
    found: list[tuple[int, int]] = []
    for start, end, crowded in marks:
        # What stands before a mark may have been part of something that the find cut short.
        if crowded or _touches(text[max(0, start - 3) : start]):
            low = max(0, start - BEFORE)
        elif (behind := BEHIND_IT.match(text, end, end + REACH)) and _sets_free(text, start, behind):
            low = start
        else:
            continue
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], end + REACH)
        else:
            found.append((low, end + REACH))
    return found


def freshly_marked(text: str, marks: Iterable[Mark]) -> str:
    """`text` with its `marks` made unreadable in a way that tells them from those of the rounds before."""
    pieces, last = [], 0
    for start, end, _ in marks:
        pieces += [text[last:start], blanked(text[start:end], FRESH)]
        last = end
    return "".join([*pieces, text[last:]])


def near_fresh(text: str, start: int, end: int, behind: int) -> bool:
    """Whether a fresh mark is so near that it may change what the digits from `start` to `end` are.

    All others have been told in the round before.
    """
    if text.find(FRESH, end, end + behind) >= 0:
        return True
    mark = text.rfind(FRESH, max(0, start - BEHIND_MARK), start)
    return mark >= 0 and (
        PARTED.search(text, mark, start) is None or LOOKS_BACK.search(text, start, end) is not None
    )


@lru_cache(maxsize=4_096)
def _touches(before: str) -> bool:
    """Whether the three characters before a mark may be part of something; there are not many different ones."""
    return TOUCHES.search(before) is not None


def _sets_free(text: str, start: int, behind: re.Match[str]) -> bool:
    """Whether what stands `behind` the mark that begins at `start` may now be read otherwise."""
    end, freed = behind.start(), behind
    if behind.lastgroup == "close":
        return ANY.match(text, end, end + REACH) is not None
    if behind.lastgroup == "far":
        before = text[max(0, start - 110) : start].lower()
        if any(map(before.__contains__, FAR_LABELS)):
            return True
        again = FREED.match(text, end, end + REACH)
        if again is None:
            return False
        freed = again
    first = STRETCH.match(text, freed.end() - 1)
    if first is None or first.lastgroup == "day":
        return False
    return first.lastgroup in {"street", "account"} or not is_nobodys(first[0])


def gathered(text: str, places: Iterable[tuple[int, int]]) -> Iterator[Window]:
    """The parts of `text` at `places`, as many in a window as fit."""
    parts: list[str] = []
    window, length = Window("", [], [], []), 0
    for start, stop in places:
        low = max(0, start - ABOVE)
        part = text[low : stop + BELOW]
        window.places.append(length)
        window.shifts.append(low - length)
        window.cores.append((start, stop))
        parts += [part, GAP]
        length += len(part) + len(GAP)
        if length >= SIZE:
            yield window._replace(text="".join(parts))
            parts, window, length = [], Window("", [], [], []), 0
    if parts:
        yield window._replace(text="".join(parts))
