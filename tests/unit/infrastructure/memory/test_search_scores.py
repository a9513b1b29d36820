"""Scores of places: the quick way comes to what the definition says."""

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.domain.memory.entry import Origin, Query
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.search_scores import (
    FAR,
    REACHES,
    SATURATION,
    Word,
    _best,
    leaders,
    scores,
)

# Close together, far apart, and some that have no neighbours.
PLACES = st.integers(100, 140) | st.sampled_from([1000, 1006, 1007, 1014, 2000]) | st.integers(-60, -40)
FAR_APART = st.dictionaries(
    st.builds(lambda far, near: 20 * far + near, st.integers(10, 40), st.sampled_from([0, 0, 0, 1, 4, 9])),
    st.integers(1, 3),
    min_size=1,
    max_size=12,
)
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


def best(totals: Mapping[int, float], kept: int) -> list[float]:
    """The scores of so many leaders."""
    return [score for _, score in leaders(totals, kept)[:kept]]


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
            known = scores(first)
            assert sorted(known[place] for place in found)[::-1] == pytest.approx(best(known, kept))
            return
        first.append((tells, counts))
    whole = scores(words)
    assert found.keys() <= whole.keys()
    assert {place for _, counts in words for place in counts} <= found.keys()
    assert best(found, kept) == pytest.approx(best(whole, kept))


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.tuples(st.floats(0.1, 9), FAR_APART), min_size=2, max_size=4), kept=st.integers(2, 9)
)
@example(words=[(9.0, {200: 1}), (0.1, {320: 1, 440: 1, 560: 1})], kept=3)
@example(words=[(1.0, {200: 1, 320: 1}), (1.0, {200: 1, 440: 1})], kept=2)
def test_the_best_are_found_without_a_look_at_all(words: list[Word], kept: int) -> None:
    """Whether words stand alone, at one place or close by: as good as with a look at all places around them."""
    found, whole = scores(words, spread=0, kept=1000), scores(words)
    assert found == pytest.approx(whole)
    found = _best(words, kept)
    assert best(found, kept) == pytest.approx(best(whole, kept))
    assert found == pytest.approx({place: whole[place] for place in found})


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
