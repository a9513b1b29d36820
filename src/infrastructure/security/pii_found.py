"""Finds before they are settled: places in the text that a reader sees, and which of them win."""

from __future__ import annotations

from collections.abc import Iterable
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
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end, _rank(each.kind))):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif _better(one, kept[-1]):
            kept[-1] = one
    return kept


def _better(one: Found, other: Found) -> bool:
    return (one.end - one.start, -_rank(one.kind)) > (other.end - other.start, -_rank(other.kind))


def _rank(kind: str) -> int:
    return RANKS.index(kind) if kind in RANKS else -1
