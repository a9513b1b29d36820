"""After a failure: again, stronger, somebody else, a person, and then no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.orchestration.escalation import (
    LIMIT,
    Escalation,
    Rung,
    Try,
    consecutive_failures,
    next_rung,
)

ALL = frozenset(Rung)


def climbed(policy: Escalation, possible: frozenset[Rung] = ALL) -> list[Rung]:
    """What is tried when everything fails."""
    tries = [Try(Rung.AGAIN, "no")]
    while (rung := next_rung(tries, policy, possible)) is not Rung.STOP:
        tries.append(Try(rung, "no"))
    return [one.rung for one in tries]


@pytest.mark.parametrize(
    ("policy", "tried"),
    [
        (Escalation(), [Rung.AGAIN]),
        (Escalation(rounds=1), [Rung.AGAIN] * 2),
        (Escalation(rounds=50), [Rung.AGAIN] * 3),
        (Escalation(0, ladder=True), [Rung.AGAIN, Rung.STRONGER_TIER, Rung.ANOTHER_AGENT, Rung.PERSON]),
        (
            Escalation(2, ladder=True),
            [Rung.AGAIN] * 3 + [Rung.STRONGER_TIER, Rung.ANOTHER_AGENT, Rung.PERSON],
        ),
    ],
)
def test_each_way_is_tried_in_its_turn(policy: Escalation, tried: list[Rung]) -> None:
    """And each rung once; the same way at most three times."""
    assert climbed(policy) == tried


def test_what_is_not_possible_is_passed_over() -> None:
    """A team of premium models goes to another agent at once."""
    assert climbed(Escalation(0, ladder=True), frozenset({Rung.ANOTHER_AGENT})) == [
        Rung.AGAIN,
        Rung.ANOTHER_AGENT,
    ]


def test_a_success_begins_the_count_anew() -> None:
    """Two failures, a success and a failure are one failure."""
    tries = [Try(Rung.AGAIN, "no"), Try(Rung.AGAIN, "no"), Try(Rung.AGAIN), Try(Rung.AGAIN, "no")]
    assert consecutive_failures(tries) == 1
    assert next_rung(tries, Escalation(rounds=1), ALL) is Rung.AGAIN
    assert next_rung(tries[:3], Escalation(rounds=1), ALL) is Rung.STOP


@given(
    st.integers(0, 9),
    st.booleans(),
    st.frozensets(st.sampled_from(Rung)),
    st.lists(st.booleans(), max_size=12),
)
def test_nothing_is_tried_for_ever(
    rounds: int, ladder: bool, possible: frozenset[Rung], earlier: list[bool]
) -> None:
    """Law: from any history a row of failures ends after a bounded number of tries, and never goes down the ladder."""
    tries = [Try(Rung.AGAIN, "" if ok else "no") for ok in earlier] + [Try(Rung.AGAIN, "no")]
    climbing: list[Rung] = []
    policy = Escalation(rounds, ladder)
    while (rung := next_rung(tries, policy, possible)) is not Rung.STOP:
        tries.append(Try(rung, "no"))
        climbing.append(rung)
        assert len(climbing) <= LIMIT + 3
    places = [list(Rung).index(rung) for rung in climbing]
    assert places == sorted(places)
    assert ladder or set(climbing) <= {Rung.AGAIN}
