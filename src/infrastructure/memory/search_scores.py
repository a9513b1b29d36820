"""How well an entry answers, from where the words of a query stand."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

SATURATION = 1.2
REACHES = (1, 3)
"""Neighbours each side that are read together with an entry: a little of what was said around it, and more."""
FAR = max(REACHES)
Word = tuple[float, Mapping[int, int]]
"""What a word tells, and how often it stands in which place."""


def scores(words: Sequence[Word], *, spread: float = math.inf, kept: int = 0) -> dict[int, float]:
    """Scores by place, given the words of a query, rarest first.

    The sum, over the entry alone and over its windows, of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
    Framework", 2009) without its share for length: what people say is of about one length, and windows even more so.
    Places below zero have no neighbours: there a window is the entry itself. Above, places may come up at which there
    is no entry. Words that stand in more than `spread` places together, the first apart, only add to the best `kept`
    places of the words before them: they say too little to bring up others.
    """
    totals: dict[int, float] = {}
    room = spread
    for number, (tells, counts) in enumerate(words):
        room -= len(counts)
        if number and room < 0 and len(totals) >= kept:
            best = heapq.nlargest(kept, totals, key=totals.__getitem__)
            return {place: totals[place] + _told(words[number:], place) for place in best}
        _spread(totals, tells, counts)
    return totals


def weight(entries: int, having: int) -> float:
    """What a word tells: much when few of the entries have it, never less than nothing."""
    return math.log1p((max(entries, having) - having + 0.5) / (having + 0.5))


def _spread(totals: dict[int, float], tells: float, counts: Mapping[int, int]) -> None:
    """Add a word at all places that it reaches."""
    lone = {place: count for place, count in counts.items() if place < 0}
    told = {place: count for place, count in counts.items() if place >= 0} if lone else counts
    _add(totals, tells * (1 + len(REACHES)), lone)
    _add(totals, tells, told)
    for reach in REACHES:
        window: dict[int, int] = {}
        for place, count in told.items():
            for near in range(place - reach, place + reach + 1):
                window[near] = window.get(near, 0) + count
        _add(totals, tells, window)


def _add(totals: dict[int, float], tells: float, counts: Mapping[int, int]) -> None:
    worth = {count: tells * _saturated(count) for count in set(counts.values())}
    for place, count in counts.items():
        totals[place] = totals.get(place, 0.0) + worth[count]


def _told(words: Sequence[Word], place: int) -> float:
    """What these words add to one place."""
    if place < 0:
        return sum((1 + len(REACHES)) * tells * _saturated(counts.get(place, 0)) for tells, counts in words)
    total = 0.0
    for tells, counts in words:
        around = [counts.get(near, 0) for near in range(place - FAR, place + FAR + 1)]
        if any(around):
            sums = [sum(around[FAR - reach : FAR + reach + 1]) for reach in (0, *REACHES)]
            total += tells * sum(_saturated(count) for count in sums)
    return total


def _saturated(count: int) -> float:
    return (SATURATION + 1) * count / (count + SATURATION)
