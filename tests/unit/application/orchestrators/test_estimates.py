"""What a step and a team are expected to take."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from muster.application.orchestrators.estimates import step_estimate, team_estimate
from muster.application.orchestrators.patterns import pattern_named
from muster.domain.memory.outcome import StepOutcome
from muster.domain.models.info import Latency
from tests.fakes.builders import ARRANGER, JUDGE

EARLIER = [StepOutcome("critic", JUDGE.name, 1000, 5000, 12.0)]


def test_a_language_model_takes_its_time_and_a_slower_one_more() -> None:
    """The offline model answers at once; a template says for all of them that it is one."""
    fast, slow = replace(JUDGE, latency=Latency.FAST), replace(JUDGE, latency=Latency.SLOW)
    offline, quick, late = (step_estimate(model, 2, 1000, ()) for model in (ARRANGER, fast, slow))
    assert offline.seconds.expected + 8 == quick.seconds.expected
    assert offline.seconds.high + 300 == late.seconds.high
    assert {one.basis for one in (offline, quick, late)} == {
        "a template: no earlier run of this agent and model"
    }


def test_a_team_says_for_how_many_of_it_there_are_earlier_runs() -> None:
    """And nothing that contradicts itself."""
    known, new = step_estimate(JUDGE, 2, 1000, EARLIER), step_estimate(JUDGE, 2, 1000, ())
    pattern = pattern_named("parallel")
    assert team_estimate([known, new, new], pattern, 4).basis == (
        "earlier runs for 1 of 3 agents, a template for the others"
    )
    assert team_estimate([new, new], pattern, 4).basis == new.basis
    assert team_estimate([known, known], pattern, 4).basis == "1 earlier run of this agent and model"


def test_what_earlier_runs_took_sets_the_range() -> None:
    """Half as much again on both sides of what was seen, for code of the same size."""
    estimate = step_estimate(JUDGE, 2, 1000, EARLIER)
    assert (estimate.seconds.low, estimate.seconds.expected, estimate.seconds.high) == (8.0, 12.0, 18.0)
    assert estimate.cost is not None
    assert estimate.cost[1] == Decimal("0.00725")
