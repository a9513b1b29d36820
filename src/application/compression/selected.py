"""What a strategy leaves of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from ...domain.tokens.compression import Dropped
from .room import Room

Gap = tuple[int, int]
NO_ENDS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Selected:
    """The text that is left, the stretches (start, end) of the original that are gone, and who chose."""

    text: str
    gaps: tuple[Gap, ...]
    strategy: str


class Select(Protocol):
    """How one strategy chooses what stays; pure: equal arguments, equal results.

    Whoever calls has seen that `text` does not fit, and that there is room at all.
    """

    name: str

    def select(self, text: str, room: Room, query: str) -> Selected:
        """What of `text` stays so that it fits into `room`; `query` is what it is read for, or empty."""
        ...


def selection(
    name: str,
    units: Sequence[str],
    kept: Mapping[int, str],
    text: str | None = None,
    ends: Mapping[int, int] = NO_ENDS,
) -> Selected:
    """The result of a strategy that has kept these pieces of these units.

    `ends` are the units whose last characters stay as well, and where these begin.
    """
    joined = "".join(kept[index] for index in sorted(kept)) if text is None else text
    return Selected(joined, tuple(_gaps(units, kept, ends)), name)


def dropped(text: str, gaps: Sequence[Gap]) -> tuple[Dropped, ...]:
    """The gaps with the lines that they touch."""
    if not gaps:
        return ()
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return tuple(
        Dropped(start, end, bisect_right(starts, start), bisect_right(starts, max(start, end - 1)))
        for start, end in gaps
    )


def _gaps(units: Sequence[str], kept: Mapping[int, str], ends: Mapping[int, int]) -> Iterator[Gap]:
    position, open_at = 0, -1
    for index, unit in enumerate(units):
        left = len(kept.get(index, ""))
        if left and open_at >= 0:
            yield open_at, position
            open_at = -1
        if left < len(unit) and open_at < 0:
            open_at = position + left
        if index in ends:
            if open_at < position + ends[index]:
                yield open_at, position + ends[index]
            open_at = -1
        position += len(unit)
    if open_at >= 0:
        yield open_at, position
