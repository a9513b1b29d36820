"""Scores, their formula, and sums over calls."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.evidence.severity import Severity
from muster.domain.generation.calls import ModelCall, statistics
from muster.domain.generation.review import VITAL, Criterion, Issue, Review
from muster.domain.models.usage import Usage

SCORE = st.floats(0, 10)
SCORES = st.fixed_dictionaries(dict.fromkeys(Criterion, SCORE))


def review(scores: dict[Criterion, float], *issues: Issue) -> Review:
    """A review with these scores."""
    return Review(scores, issues, (), "", "fake/scripted")


@given(SCORES)
def test_the_overall_score_is_the_mean_unless_something_vital_is_low(scores: dict[Criterion, float]) -> None:
    """Within 0 and 10, never above the mean, never more than 2 above the lower vital score."""
    overall = review(scores).overall
    mean = sum(scores.values()) / len(scores)
    ceiling = min(scores[one] for one in VITAL) + 2
    assert -0.01 <= overall <= 10.01
    assert overall == pytest.approx(min(mean, ceiling), abs=0.006)


def test_good_names_save_no_wrong_program() -> None:
    """Nines everywhere but in correctness are no seven."""
    scores = {**dict.fromkeys(Criterion, 9.0), Criterion.CORRECTNESS: 3.0}
    assert review(scores).overall == 5.0


@pytest.mark.parametrize(("severity", "passes"), [(Severity.CRITICAL, False), (Severity.HIGH, True)])
def test_a_critical_issue_does_not_pass(severity: Severity, passes: bool) -> None:
    """Whatever the scores say; at the threshold itself it passes."""
    good = review(dict.fromkeys(Criterion, 7.0), Issue("a.py", 1, severity, "bad"))
    assert good.passes(7.0) is passes
    assert not good.passes(7.1)


CALLS = st.lists(
    st.builds(
        ModelCall,
        st.just("generate"),
        st.just("m"),
        st.builds(Usage, st.integers(0, 99), st.integers(0, 99)),
        st.none() | st.decimals(0, 9, places=2),
        error=st.sampled_from(["", "failed"]),
    ),
    max_size=8,
)


@given(CALLS)
def test_each_call_is_counted_once(calls: list[ModelCall]) -> None:
    """Sums of parts are parts of sums; one unpriced call leaves no price."""
    sums = statistics(calls)
    assert (sums.calls, sums.successes + sums.failures) == (len(calls), len(calls))
    assert sums.usage.total == sum(call.usage.total for call in calls)
    prices = [call.cost for call in calls]
    assert sums.cost == (None if None in prices else sum((cost or Decimal(0) for cost in prices), Decimal(0)))
    half = len(calls) // 2
    assert statistics(calls[:half]).calls + statistics(calls[half:]).calls == sums.calls
