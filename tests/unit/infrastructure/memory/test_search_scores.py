"""Scores of places: the quick way comes to what the definition says."""

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.domain.memory.entry import Origin, Query
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.search_scores import (
    FAR,
    REACHES,
    SATURATION,
    Word,
    leaders,
    scores,
)

# Close together, far apart, and some that have no neighbours.
PLACES = st.integers(100, 140) | st.sampled_from([1000, 1006, 1007, 1014, 2000]) | st.integers(-60, -40)
WORDS = st.lists(st.tuples(st.floats(0.1, 9), st.dictionaries(PLACES, st.integers(1, 3))), max_size=5)


def saturated(count: int) -> float:
    """BM25's share of a count."""
    return (SATURATION + 1) * count / (count + SATURATION)


def defined(words: Sequence[Word], place: int) -> float:
    """The score of a place, word by word and window by window."""
    total = 0.0
    for tells, counts in words:
        for reach in (0, *REACHES):
            window = range(place - reach, place + reach + 1) if place >= 0 else [place]
            total += tells * saturated(sum(counts.get(near, 0) for near in window))
    return total


def around(counts: Mapping[int, int]) -> set[int]:
    """All places that a word reaches."""
    return {near for one in counts for near in (range(one - FAR, one + FAR + 1) if one >= 0 else [one])}


@settings(max_examples=60, deadline=None)
@given(words=WORDS)
def test_a_score_is_the_sum_over_words_and_windows(words: list[Word]) -> None:
    """At every place that a word reaches, and at no other."""
    found = scores(words)
    assert found.keys() == {place for _, counts in words for place in around(counts)}
    for place, score in found.items():
        assert score == pytest.approx(defined(words, place))


@settings(max_examples=60, deadline=None)
@given(words=WORDS, spread=st.integers(0, 12), kept=st.integers(1, 9))
def test_words_that_bring_up_no_others_still_add_to_what_is_kept(
    words: list[Word], spread: int, kept: int
) -> None:
    """What is left has the scores of the definition, and holds the best of the words before the cut."""
    found = scores(words, spread=spread, kept=kept)
    for place, score in found.items():
        assert score == pytest.approx(defined(words, place))
    room = spread
    first: list[Word] = []
    for number, (tells, counts) in enumerate(words):
        room -= len(counts)
        if number and room < 0 and len(scores(first)) >= kept:
            assert len(found) == kept
            assert list(found) == [place for place, _ in leaders(scores(first), kept)[:kept]]
            return
        first.append((tells, counts))
    assert len(found) == len(scores(words))


@given(
    totals=st.dictionaries(st.integers(-9, 99), st.sampled_from([0.5, 1.0, 2.5])), wanted=st.integers(0, 30)
)
def test_leaders_are_the_beginning_of_the_whole_order(totals: dict[int, float], wanted: int) -> None:
    """Best first, the lower place first among equals; all of them where fewer are there."""
    whole = sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    found = leaders(totals, wanted)
    assert found == whole[: len(found)]
    assert len(found) >= min(wanted, len(totals))


def test_what_has_no_neighbours_counts_as_its_own_window() -> None:
    """So that it is worth as much as a remark that stands alone in its conversation."""
    found = scores([(1.0, {-8: 1, 1000: 1})])
    assert found[-8] == pytest.approx(found[1000])
    assert math.isclose(found[1001], found[1000] * 2 / 3)
    assert -7 not in found


async def test_what_is_asked_about_is_found_behind_hundreds_that_are_not() -> None:
    """In whatever batches they are looked at: each of those with the right owner, best first."""
    store, anns = InProcessLongTermStore(), {0, 19, 20, 21, 300, 301, 519, 520, 640, 1199}
    for number in range(1200):
        owner = "ann" if number in anns else "bob"
        await store.store(
            f"k/{number:04}", None, text="apple " * (1 + number % 7), origin=Origin(owner=owner)
        )
    right = [f"k/{number:04}" for number in sorted(anns, key=lambda one: (-(one % 7), one))]
    hits = await store.search(Query(words="apple", owner="ann"))
    assert [hit.entry.key for hit in hits] == right
