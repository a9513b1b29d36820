"""What the first gives decides who goes on."""

from __future__ import annotations

import pytest

from muster.application.orchestrators.patterns import pattern_named
from muster.application.orchestrators.patterns.asks import CONFIDENCE
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.errors import UserError
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.decision import GateCheck
from muster.domain.orchestration.gates import GateVerdict
from tests.fakes.builders import finding, planned
from tests.fakes.troupe import FakeTroupe, Line

TEAM = [planned(name) for name in ("first", "then", "else")]
BAD = Line("found it", findings=(finding("X", "a.py", 1, severity=Severity.CRITICAL, fingerprint="f"),))


async def test_the_branch_whose_condition_holds_hears_the_first_and_the_other_is_skipped() -> None:
    """With the condition's words, and what was known."""
    troupe = FakeTroupe(script={"first": [BAD]})
    pattern = pattern_named("conditional").configured({"when": "findings high or worse at least 1"})
    results = await pattern.execute(TEAM, troupe.stage())
    assert troupe.order == ["first", "then"]
    assert troupe.heard(1) == [("handoff", "first", "found it\n- critical a.py:1 X is here (evidence f)")]
    assert (results[2].status, results[2].error) == (
        "skipped",
        "branch not taken: findings high or worse at least 1: yes "
        "(status completed, findings 1 critical, confidence not said, gates unmeasured)",
    )
    assert troupe.decision.by == ("then",)


async def test_otherwise_the_third_goes_on_or_nobody() -> None:
    """Without a third the first has the last word."""
    troupe = FakeTroupe()
    await pattern_named("conditional").execute(TEAM, troupe.stage())
    assert troupe.order == ["first", "else"]
    alone = FakeTroupe()
    results = await pattern_named("conditional").execute(TEAM[:2], alone.stage())
    assert alone.order == ["first"]
    assert results[1].status == "skipped"
    assert alone.decision.by == ("first",)


async def test_a_failure_can_be_asked_for() -> None:
    """Error recovery: the second works only if the first has failed, and hears how."""
    troupe = FakeTroupe(failing=frozenset({"first"}))
    pattern = pattern_named("conditional").configured({"when": "status is failed"})
    await pattern.execute(TEAM, troupe.stage())
    assert troupe.order == ["first", "then"]
    assert troupe.heard(1) == [("handoff", "first", "failed: broke")]


async def test_a_confidence_that_was_not_given_cannot_be_told() -> None:
    """It is asked for, and neither high nor low when it does not come."""
    for condition in ("confidence at least 0.5", "confidence at most 0.5"):
        troupe = FakeTroupe()
        await pattern_named("conditional").configured({"when": condition}).execute(TEAM, troupe.stage())
        assert CONFIDENCE in troupe.given[0].words
        assert troupe.order == ["first", "else"]
        assert "cannot be told, so no" in troupe.decision.words


async def test_gates_are_only_looked_at_when_the_condition_asks() -> None:
    """They may take a while; what they are held against is the first one's result."""
    troupe = FakeTroupe(checks=[GateCheck(GateVerdict.FAILED)])
    await pattern_named("conditional").configured({"when": "gates are failed"}).execute(TEAM, troupe.stage())
    assert troupe.order == ["first", "then"]
    assert [[result.agent for result in seen] for seen in troupe.checked] == [["first"]]
    other = FakeTroupe()
    await pattern_named("conditional").execute(TEAM, other.stage())
    assert other.checked == []


def test_a_condition_that_is_not_understood_is_refused_with_examples() -> None:
    """Before anything runs."""
    with pytest.raises(UserError) as caught:
        pattern_named("conditional").configured({"when": "if it is bad"})
    assert "the condition 'if it is bad' is not understood" in caught.value.message


def test_the_estimate_is_of_one_branch() -> None:
    """Without an else branch it may be no branch at all."""
    pattern = pattern_named("conditional")
    assert [pattern.seconds((1.0, 2.0, 6.0), 4, bound) for bound in Bound] == [3, 5, 7]
    assert [pattern.seconds((1.0, 2.0), 4, bound) for bound in Bound] == [1, 2, 3]
