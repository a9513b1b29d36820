"""How well an entry answers, from where the words of a query stand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

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
    places of the words before them: they say too little to bring up others. Where that leaves no word to add, the
    places around one that stands far from all others may be missing, as far as they are not among the best `kept`.
    """
    first = _before_the_cut(words, spread, kept)
    if first == len(words):
        return _spread_all(words) if _places_of(words) <= spread else _best(words, kept)
    best = dict(leaders(_best(words[:first], kept), kept)[:kept])
    _raise(best, words[first:])
    return best


def leaders(totals: Mapping[int, float], wanted: int) -> list[tuple[int, float]]:
    """Places and scores, best first and the lower place first among equals; at least as many as wanted, if there are.

    A sort of bare numbers that shows where to cut costs a tenth of a sort by a rule.
    """
    if wanted < len(totals):
        least = sorted(totals.values(), reverse=True)[max(wanted, 1) - 1]
        ordered = [(-score, place) for place, score in totals.items() if score >= least]
    else:
        ordered = [(-score, place) for place, score in totals.items()]
    ordered.sort()
    return [(place, -score) for score, place in ordered]


def weight(entries: int, having: int) -> float:
    """What a word tells: much when few of the entries have it, never less than nothing."""
    return math.log1p((max(entries, having) - having + 0.5) / (having + 0.5))


def _before_the_cut(words: Sequence[Word], spread: float, kept: int) -> int:
    """How many of the words bring up places: all, or those before the first that stands in too many."""
    places: set[int] = set()
    for number, (_, counts) in enumerate(words):
        spread -= len(counts)
        if number and spread < 0 and (len(places) >= kept or len(_reached(places)) >= kept):
            return number
        places.update(counts)
    return len(words)


def _places_of(words: Sequence[Word]) -> int:
    return sum(len(counts) for _, counts in words)


def _best(words: Sequence[Word], kept: int) -> dict[int, float]:
    """The best `kept` places and some others, as `_spread_all` has them.

    Where words stand far from all others, the places around it are worth two thirds of it, or one: they come up
    only if that is as much as the last of the best has.
    """
    ordered = sorted({place for _, counts in words for place in counts if place >= 0})
    if len(ordered) < kept:
        return _spread_all(words)
    crowded = _crowded(ordered)
    totals: dict[int, float] = {}
    alone: dict[int, float] = {}
    for tells, counts in words:
        _spread(totals, tells, {place: counts[place] for place in counts if place < 0 or place in crowded})
        worth = {count: tells * _saturated(count) for count in set(counts.values())}
        for place, count in counts.items():
            if place >= 0 and place not in crowded:
                alone[place] = alone.get(place, 0.0) + worth[count]
    totals.update({place: sum_of * WINDOWS for place, sum_of in alone.items()})
    least = sorted(totals.values(), reverse=True)[max(kept, 1) - 1]
    for place, sum_of in alone.items():
        if sum_of * 2 >= least:
            del totals[place]
            _add_alone(totals, place, sum_of)
    return totals


def _crowded(ordered: Sequence[int]) -> set[int]:
    """Of these places, in order, those whose windows meet another's."""
    apart = 2 * FAR
    close = [
        number for number, (one, other) in enumerate(itertools.pairwise(ordered)) if other - one <= apart
    ]
    return {ordered[number] for number in close} | {ordered[number + 1] for number in close}


def _spread_all(words: Sequence[Word]) -> dict[int, float]:
    totals: dict[int, float] = {}
    for tells, counts in words:
        _spread(totals, tells, counts)
    return totals


def _spread(totals: dict[int, float], tells: float, counts: Mapping[int, int]) -> None:
    """Add a word at all places that it reaches."""
    ordered = sorted([place for place in counts if place >= 0])
    if len(ordered) < len(counts):
        _add(totals, tells * WINDOWS, {place: count for place, count in counts.items() if place < 0})
    close = _crowded(ordered)
    worth = {count: tells * _saturated(count) for count in set(counts.values())}
    for place in ordered:
        if place not in close:
            _add_alone(totals, place, worth[counts[place]])
    if close:
        crowded = {place: counts[place] for place in ordered if place in close}
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
    around = _reached(best)
    for tells, counts in words:
        for place in _reached(counts.keys() & around) & best.keys():
            if place < 0:
                best[place] += WINDOWS * tells * _saturated(counts[place])
            else:
                told = [counts.get(near, 0) for near in _window(place)]
                sums = [sum(told[FAR - reach : FAR + reach + 1]) for reach in (0, *REACHES)]
                best[place] += tells * sum(map(_saturated, sums))


def _reached(places: Iterable[int]) -> set[int]:
    """These places, and those that have one of them among their neighbours."""
    return set().union(*map(_window, places))


def _window(place: int) -> Sequence[int]:
    return (place,) if place < 0 else range(place - FAR, place + FAR + 1)


def _saturated(count: int) -> float:
    return (SATURATION + 1) * count / (count + SATURATION)
