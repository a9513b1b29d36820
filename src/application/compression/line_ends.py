"""Ends of lines that stay although the sentences before them are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise


class LineEnds:
    """Keeps what stood on two lines on two lines, such as the items of a list of which parts are left."""

    def __init__(self, units: Sequence[str]) -> None:
        self._units = units
        self._tails = [_tail(unit) for unit in units]
        self._latest: list[int] = []
        latest = -1
        for place, tail in enumerate(self._tails):
            latest = place if tail >= 0 else latest
            self._latest.append(latest)

    def staying(self, kept: Mapping[int, str]) -> dict[int, int]:
        """The units of which nothing but the end of the line, or that as well, stays, and where it begins."""
        found = {}
        for before, index in pairwise(sorted(kept)):
            ends = self._tails[before] >= 0 and len(kept[before]) > self._tails[before]
            place = self._latest[index - 1]
            if not ends and place >= before:
                found[place] = self._tails[place]
        return found

    def join(self, kept: Mapping[int, str]) -> str:
        """The pieces in the order of the text, with the ends of lines between them."""
        ends = self.staying(kept)
        parts = {place: kept.get(place, "") + self._units[place][tail:] for place, tail in ends.items()}
        whole = {**kept, **parts}
        return "".join(whole[place] for place in sorted(whole))


def _tail(unit: str) -> int:
    """Where the end of the line begins that the unit ends with; -1 when it ends within one."""
    bare = len(unit.rstrip())
    ends = [at for at in (unit.find("\n", bare), unit.find("\r", bare)) if at >= 0]
    return min(ends, default=-1)
