"""Strategy: the head and the tail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .code import looks_like_code
from .gather import Gathering
from .line_ends import LineEnds
from .room import Room
from .selected import Select, Selected, selection
from .units import lines, sentences


class Truncation(Select):
    """Keeps as much of the beginning as of the end, at sentences, for code at lines."""

    name = "truncation"

    def select(self, text: str, room: Room, query: str) -> Selected:
        """The head and the tail of `text`; the query changes nothing."""
        units = lines(text) if looks_like_code(text) else sentences(text)
        ends = LineEnds(units)
        kept = Gathering(units, room, ends.join).take(_from_both_ends(units, room))
        return selection(self.name, units, kept, ends.join(kept), ends.staying(kept))


def _from_both_ends(units: Sequence[str], room: Room) -> Iterator[int]:
    """Places from both ends, so that both take the same; the last one is the first that is too much."""
    head, tail = 0, len(units) - 1
    taken = [0, 0]
    while head <= tail and sum(taken) <= room.limit:
        side = 0 if taken[0] <= taken[1] else 1
        index = tail if side else head
        taken[side] += room.cost(units[index])
        head, tail = (head, tail - 1) if side else (head + 1, tail)
        yield index
