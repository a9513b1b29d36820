"""Counting votes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.orchestration.ballots import COUNTS, Ballot, normal

CHOICES = "wxyz"
weights = st.sampled_from([1.0, 0.1, 0.2, 0.7, 3.0])
rankings = st.permutations(CHOICES).flatmap(lambda order: st.integers(1, 4).map(lambda n: tuple(order[:n])))
ballots = st.lists(st.builds(Ballot, st.just("v"), rankings, st.just(""), weights), min_size=1, max_size=7)


@given(
    ballots.flatmap(lambda votes: st.tuples(st.just(votes), st.permutations(votes))),
    st.sampled_from(sorted(COUNTS)),
)
def test_who_comes_first_changes_nothing(pair: tuple[list[Ballot], list[Ballot]], rule: str) -> None:
    """Bit for bit, whatever the weights: sums do not depend on their order."""
    assert COUNTS[rule](pair[0]) == COUNTS[rule](pair[1])


@given(ballots, st.sampled_from(sorted(COUNTS)))
def test_there_is_a_winner_or_a_tie_and_never_both(votes: list[Ballot], rule: str) -> None:
    """All of them have been voted for."""
    count = COUNTS[rule](votes)
    assert bool(count.winner) != bool(count.tied)
    assert {count.winner, *count.tied} - {""} <= {choice for ballot in votes for choice in ballot.ranking}


@given(ballots)
def test_whoever_more_than_half_put_first_wins_by_majority_and_by_instant_runoff(votes: list[Ballot]) -> None:
    """The two agree where there is a majority at once."""
    winner = COUNTS["majority"](votes).winner
    if winner:
        assert COUNTS["instant-runoff"](votes).winner == winner


def test_the_last_go_and_their_votes_move_on() -> None:
    """w leads, but x is second for all others."""
    votes = [Ballot("v", tuple(order)) for order in ["wxyz"] * 3 + ["xwyz"] * 2 + ["yxwz", "zyxw"]]
    count = COUNTS["instant-runoff"](votes)
    assert (count.winner, count.tally) == ("x", {"w": 3, "x": 4})


def test_of_several_last_ones_the_one_with_the_fewest_points_goes() -> None:
    """x, y and z have one first place each: z goes, whom nobody else wants, so that x is still there for y's voter."""
    votes = [Ballot("v", tuple(order)) for order in ["wxyz"] * 2 + ["xyzw", "yxzw", "zxyw"]]
    count = COUNTS["instant-runoff"](votes)
    assert (count.winner, count.tally) == ("x", {"w": 2, "x": 3})


def test_last_ones_that_are_equal_in_all_go_together() -> None:
    """Neither is kept by the order of the alphabet."""
    votes = [Ballot("v", tuple(order)) for order in ["a"] * 3 + ["b"] * 2 + ["cb", "db"]]
    assert COUNTS["instant-runoff"](votes).winner == "b"


def test_equals_are_tied() -> None:
    """Under every rule."""
    votes = [Ballot("a", ("x", "y")), Ballot("b", ("y", "x"))]
    for rule, count in COUNTS.items():
        assert (count(votes).winner, count(votes).tied) == ("", ("x", "y")), rule


@pytest.mark.parametrize("rule", sorted(COUNTS))
def test_no_votes_elect_nobody(rule: str) -> None:
    """And break nothing."""
    count = COUNTS[rule]([])
    assert (count.winner, count.tied, count.tally) == ("", (), {})


def test_case_spaces_and_a_full_stop_make_no_new_answer() -> None:
    """But words do."""
    assert normal("  Ship   IT. ") == normal("ship it!") == "ship it"
    assert normal("ship") != normal("ship it")
