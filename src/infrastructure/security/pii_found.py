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


def settled(found: Iterable[Found]) -> list[Found]:
    """Finds that do not overlap, in the order of their places: the longest wins, not the first."""
    return [one for one, _ in contested(found)]


def contested(found: Iterable[Found]) -> Iterator[tuple[Found, bool]]:
    """As `settled`, and with each find whether another was given up that is not wholly inside those that are kept."""
    group: list[Found] = []
    end = -1
    for one in sorted(found):
        if one.start >= end:
            yield from _decided(group)
            group = []
        group.append(one)
        end = max(end, one.end)
    yield from _decided(group)


def _decided(group: list[Found]) -> Iterable[tuple[Found, bool]]:
    """The longest of finds that hang together, then the longest that is clear of it, and so on."""
    if len(group) == 1:
        return ((group[0], False),)
    kept: list[Found] = []
    crowded = False
    for one in sorted(group, key=lambda each: (each.start - each.end, _rank(each.kind), each.start)):
        place = bisect_left(kept, one)
        before, after = kept[max(0, place - 1) : place], kept[place : place + 1]
        if before and one.start < before[0].end:
            crowded |= one.end > before[0].end
        elif after and after[0].start < one.end:
            crowded |= one.start < after[0].start or one.end > after[0].end
        else:
            kept.insert(place, one)
    return [(one, crowded) for one in kept]


def _rank(kind: str) -> int:
    return RANKS.index(kind) if kind in RANKS else -1
