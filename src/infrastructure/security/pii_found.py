"""Finds before they are settled: places in the text that a reader sees, and which of them win."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """A place that may hold personal data, already validated by its kind's own rules."""

    start: int
    end: int
    kind: str
    confidence: float


Placed = tuple[int, int, str, float]
"""A find on its way to the text that it came from. Plain, since each is made anew where places change."""


BLANK, FRESH, BORN = "\0\1\2"
"""What stands for each character of a mark while a text is read: its words say nothing about what follows.

`FRESH` stands for marks of the last round. The last character of a mark for a date of birth is `BORN`: the label before
it has its date.
"""
BIRTH = "[REDACTED-DOB]"


def blanked(mark: str, blank: str) -> str:
    """A `mark` made unreadable by `blank`."""
    return blank * (len(mark) - 1) + (BORN if mark == BIRTH else blank)


class Seen(NamedTuple):
    """The text that rules look at, beside itself in small letters of the same places."""

    text: str
    small: str


RANKS = (
    "CREDIT_CARD",
    "IBAN",
    "MRN",
    "PATIENT_ID",
    "PASSPORT",
    "DOB",
    "SSN",
    "EMAIL",
    "IP",
    "PHONE",
    "ADDRESS",
)
"""Of finds of the same length the earlier kind wins; kinds of one's own come before all of these."""


def settled(found: Iterable[Placed]) -> list[Placed]:
    """Finds that do not overlap, in the order of their places: the longest wins, not the first."""
    return [one for one, _ in contested(found)]


def contested(found: Iterable[Placed]) -> list[tuple[Placed, bool]]:
    """As `settled`, and with each find whether another was given up that is not wholly inside those that are kept."""
    decided: list[tuple[Placed, bool]] = []
    group: list[Placed] = []
    end = -1
    for one in sorted(found):
        start, stop = one[0], one[1]
        if start >= end:
            # Nearly every find stands alone.
            decided += ((group[0], False),) if len(group) == 1 else _decided(group)
            group = [one]
            end = stop
        else:
            group.append(one)
            end = max(end, stop)
    decided += _decided(group)
    return decided


def _decided(group: list[Placed]) -> Iterator[tuple[Placed, bool]]:
    """The longest of finds that hang together, then the longest that is clear of it, and so on."""
    kept: list[Placed] = []
    crowded = False
    for one in sorted(group, key=lambda each: (each[0] - each[1], _rank(each[2]), each[0], -each[3])):
        start, end = one[0], one[1]
        place = bisect_left(kept, one)
        before, after = kept[max(0, place - 1) : place], kept[place : place + 1]
        if before and start < before[0][1]:
            crowded |= end > before[0][1]
        elif after and after[0][0] < end:
            crowded |= start < after[0][0] or end > after[0][1]
        else:
            kept.insert(place, one)
    return ((one, crowded) for one in kept)


def _rank(kind: str) -> int:
    return RANKS.index(kind) if kind in RANKS else -1
