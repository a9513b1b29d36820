"""Guesses that are put right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.memory.calibration import calibrate
from muster.domain.orchestration.plan import Range

GUESS = Range(1, 2, 4)
ratios = st.lists(st.floats(0, 1e6), min_size=5, max_size=60)
guesses = st.tuples(*[st.floats(0, 1e6)] * 3).map(lambda three: Range(*sorted(three)))


def test_five_runs_that_took_three_times_as_long_make_the_guess_three_times_as_long() -> None:
    """The whole range moves."""
    found = calibrate([3.0] * 5)
    assert found is not None
    assert found.apply(GUESS) == Range(3, 6, 12)


def test_four_runs_say_nothing() -> None:
    """One slow machine must not move all plans."""
    assert calibrate([3.0] * 4) is None


@pytest.mark.parametrize(("ratio", "factor"), [(100.0, 5.0), (0.001, 0.2)])
def test_no_expectation_is_moved_without_bounds(ratio: float, factor: float) -> None:
    """By five at most; the range reaches as far as it must."""
    found = calibrate([ratio] * 5)
    assert found is not None
    moved = found.apply(GUESS)
    assert moved.expected == GUESS.expected * factor
    assert moved.low <= GUESS.expected * ratio <= moved.high


def test_one_run_that_hung_does_not_count_more_than_others() -> None:
    """The median is one of the others."""
    found = calibrate([1.0, 1.0, 1.0, 1.0, 500.0])
    assert found is not None
    assert found.factor == 1.0


@given(ratios, guesses)
def test_four_fifths_of_what_was_seen_would_have_been_inside(seen: list[float], guess: Range) -> None:
    """And the three numbers stay in their order."""
    found = calibrate(seen)
    assert found is not None
    moved = found.apply(guess)
    assert moved.low <= moved.expected <= moved.high
    for found_range in (moved, found.widen(guess)):
        inside = sum(found_range.low <= guess.expected * ratio <= found_range.high for ratio in seen)
        assert inside >= 0.8 * len(seen)
    assert found.widen(guess).expected == guess.expected
