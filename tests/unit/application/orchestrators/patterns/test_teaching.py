"""A junior answers; an expert takes over when it is not sure."""

from __future__ import annotations

import pytest

from muster.application.orchestrators.patterns import pattern_named
from muster.application.orchestrators.patterns.asks import CONFIDENCE
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.errors import UserError
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe, Line

TEAM = [planned(name) for name in ("junior", "expert")]


async def test_a_sure_junior_needs_no_expert() -> None:
    """At the threshold exactly; the expert is skipped with the number."""
    troupe = FakeTroupe(script={"junior": [Line(confidence=0.7)]})
    results = await pattern_named("teaching").execute(TEAM, troupe.stage())
    assert CONFIDENCE in troupe.given[0].words
    assert (results[1].status, results[1].error) == (
        "skipped",
        "not needed: junior is 0.7 sure; 0.7 was wanted",
    )
    assert troupe.decision.by == ("junior",)


@pytest.mark.parametrize(
    ("line", "heard", "why"),
    [
        (Line("perhaps", confidence=0.69), "perhaps", "junior is 0.69 sure"),
        (Line("perhaps"), "perhaps", "junior does not say how sure it is"),
        (Line(fails=True, confidence=1.0), "failed: broke", "junior failed"),
    ],
    ids=["unsure", "unsaid", "failed"],
)
async def test_the_expert_takes_over_and_hears_what_there_was(line: Line, heard: str, why: str) -> None:
    """What was not said is no number: it counts as not sure."""
    troupe = FakeTroupe(script={"junior": [line]})
    await pattern_named("teaching").execute(TEAM, troupe.stage())
    assert troupe.heard(1) == [("handoff", "junior", heard)]
    assert troupe.given[1].words.startswith("The one before you was not sure enough.")
    assert troupe.decision.words.startswith(why)
    assert troupe.decision.by == ("expert",)


async def test_when_the_expert_fails_the_junior_s_answer_stands() -> None:
    """And it is said whose it is."""
    troupe = FakeTroupe(failing=frozenset({"expert"}))
    results = await pattern_named("teaching").execute(TEAM, troupe.stage())
    assert [result.status for result in results] == ["completed", "failed"]
    assert troupe.decision.words.endswith("the answer of junior stands")


async def test_experts_follow_each_other_until_one_is_sure() -> None:
    """The second of three is; the third is skipped."""
    team = [planned(name) for name in "abc"]
    troupe = FakeTroupe(script={"a": [Line(confidence=0.1)], "b": [Line(confidence=0.9)]})
    results = await pattern_named("teaching").configured({"threshold": 0.8}).execute(team, troupe.stage())
    assert troupe.order == ["a", "b"]
    assert results[2].error == "not needed: a is 0.1 sure, b is 0.9 sure; 0.8 was wanted"


def test_a_threshold_beyond_certainty_is_refused() -> None:
    """Confidence goes from 0 to 1."""
    with pytest.raises(UserError, match="option 'threshold' of pattern 'teaching' is 70"):
        pattern_named("teaching").configured({"threshold": 70})


def test_the_expert_is_estimated_as_perhaps() -> None:
    """Not at all at best, half the times usually, always at most."""
    pattern = pattern_named("teaching")
    assert [pattern.turns(2, bound) for bound in Bound] == [(1, 0), (1, 0.5), (1, 1)]
    assert pattern.seconds((4.0, 10.0), 4) == 9
