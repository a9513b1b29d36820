"""The one place where a limit is kept: taking pieces of a text in the order of their worth until it is full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .room import Room
from .units import words

Join = Callable[[Mapping[int, str]], str]
REFILLS = 3
"""How often what counting pieces one by one has wasted is given out again."""


def in_order(kept: Mapping[int, str]) -> str:
    """The pieces in the order of the text."""
    return "".join(kept[index] for index in sorted(kept))


def anything(_index: int) -> bool:
    """Take whatever comes."""
    return True


@dataclass(slots=True)
class Gathering:
    """Pieces of one text on their way into a room; `kept` are the pieces so far by their place."""

    units: Sequence[str]
    room: Room
    join: Join = in_order
    wanted: Callable[[int], bool] = anything
    extra: Mapping[int, int] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)

    def take(self, ranking: Iterable[int]) -> dict[int, str]:
        """Take units in the order of `ranking` as far as they fit, and return them by their place.

        What is joined is counted as a whole, since tokens of pieces do not add up: the least wanted go again
        until the text fits. Where much stays empty, the best unit that was too large is cut.
        """
        order = list(ranking)
        costs = {index: self.room.cost(self.units[index]) + self.extra.get(index, 0) for index in order}
        used = 0
        for _ in range(REFILLS):
            added = self._add(order, costs, self.room.limit - used)
            used = self._shrink(added)
            if not added or self.room.limit - used <= self.room.limit // 50:
                break
        if used * 2 < self.room.limit:
            self._cut(order)
        return self.kept

    def _add(self, order: Sequence[int], costs: Mapping[int, int], left: int) -> list[int]:
        added = []
        for index in order:
            if left <= 0:
                break
            if costs[index] <= left and index not in self.kept and self.wanted(index):
                self.kept[index] = self.units[index]
                added.append(index)
                left -= costs[index]
        return added

    def _shrink(self, added: list[int]) -> int:
        """Give back the latest of `added`, more at a time, until the whole fits; the tokens that it takes."""
        step = 1
        used = self.room.cost(self.join(self.kept))
        while used > self.room.limit and added:
            for index in added[-step:]:
                del self.kept[index]
            del added[-step:]
            step *= 2
            used = self.room.cost(self.join(self.kept))
        return used

    def _cut(self, order: Iterable[int]) -> None:
        """Put in as many words, or then characters, from the beginning of the best unit left as fit."""
        index = next((one for one in order if one not in self.kept), None)
        if index is None:
            return
        unit = self.units[index]
        for pieces in (words(unit), list(unit)):
            if self._fill(index, pieces):
                return

    def _fill(self, index: int, pieces: Sequence[str]) -> bool:
        low, high, best = 1, len(pieces), ""
        while low <= high:
            middle = (low + high) // 2
            piece = "".join(pieces[:middle])
            if self.room.fits(self.join({**self.kept, index: piece})):
                best, low = piece, middle + 1
            else:
                high = middle - 1
        if best.strip():
            self.kept[index] = best
        return bool(best)
