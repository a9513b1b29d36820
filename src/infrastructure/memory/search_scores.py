"""How well an entry answers, from where the words of a query stand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

SATURATION = 1.2
REACHES = (1, 3)
"""Neighbours each side that are read together with an entry: a little of what was said around it, and more."""
FAR = max(REACHES)
WINDOWS = 1 + len(REACHES)
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
            best = dict(leaders(totals, kept)[:kept])
            _raise(best, words[number:])
            return best
        _spread(totals, tells, counts)
    return totals


def leaders(totals: Mapping[int, float], wanted: int) -> list[tuple[int, float]]:
    """Places and scores, best first and the lower place first among equals; at least as many as wanted, if there are.

    A sort of bare numbers that shows where to cut costs a tenth of a sort by a rule.
    """
    if wanted < len(totals):
        least = sorted(totals.values(), reverse=True)[max(wanted, 1) - 1]
        ordered = sorted((-score, place) for place, score in totals.items() if score >= least)
    else:
        ordered = sorted((-score, place) for place, score in totals.items())
    return [(place, -score) for score, place in ordered]


def weight(entries: int, having: int) -> float:
    """What a word tells: much when few of the entries have it, never less than nothing."""
    return math.log1p((max(entries, having) - having + 0.5) / (having + 0.5))


def _spread(totals: dict[int, float], tells: float, counts: Mapping[int, int]) -> None:
    """Add a word at all places that it reaches."""
    ordered = sorted(place for place in counts if place >= 0)
    _add(totals, tells * WINDOWS, {place: count for place, count in counts.items() if place < 0})
    crowded: dict[int, int] = {}
    worth = {count: tells * _saturated(count) for count in set(counts.values())}
    before, apart = ordered[0] - 2 * FAR - 1 if ordered else 0, 2 * FAR
    for place, after in itertools.pairwise([*ordered, (ordered or [0])[-1] + apart + 1]):
        if place - before > apart < after - place:
            _add_alone(totals, place, worth[counts[place]])
        else:
            crowded[place] = counts[place]
        before = place
    _add(totals, tells, crowded)
    for reach in REACHES:
        window: dict[int, int] = {}
        for place, count in crowded.items():
            for near in range(place - reach, place + reach + 1):
                window[near] = window.get(near, 0) + count
        _add(totals, tells, window)


def _add_alone(totals: dict[int, float], place: int, worth: float) -> None:
    """Add a word at a place whose windows meet those of no other: the common case among many entries.

    Spelled out for REACHES; a loop takes twice the time.
    """
    twice = worth + worth
    got = totals.get
    totals[place - 3] = got(place - 3, 0.0) + worth
    totals[place - 2] = got(place - 2, 0.0) + worth
    totals[place - 1] = got(place - 1, 0.0) + twice
    totals[place] = got(place, 0.0) + twice + worth
    totals[place + 1] = got(place + 1, 0.0) + twice
    totals[place + 2] = got(place + 2, 0.0) + worth
    totals[place + 3] = got(place + 3, 0.0) + worth


def _add(totals: dict[int, float], tells: float, counts: Mapping[int, int]) -> None:
    worth = {count: tells * _saturated(count) for count in set(counts.values())}
    for place, count in counts.items():
        totals[place] = totals.get(place, 0.0) + worth[count]


def _raise(best: dict[int, float], words: Sequence[Word]) -> None:
    """Add what these words tell to these places, and to no others."""
    around: dict[int, list[int]] = {}
    for place in best:
        for near in _window(place):
            around.setdefault(near, []).append(place)
    for tells, counts in words:
        reached = {place for near in counts.keys() & around.keys() for place in around[near]}
        for place in reached:
            if place < 0:
                best[place] += WINDOWS * tells * _saturated(counts[place])
            else:
                told = [counts.get(near, 0) for near in _window(place)]
                sums = [sum(told[FAR - reach : FAR + reach + 1]) for reach in (0, *REACHES)]
                best[place] += tells * sum(map(_saturated, sums))


def _window(place: int) -> Sequence[int]:
    return (place,) if place < 0 else range(place - FAR, place + FAR + 1)


def _saturated(count: int) -> float:
    return (SATURATION + 1) * count / (count + SATURATION)
