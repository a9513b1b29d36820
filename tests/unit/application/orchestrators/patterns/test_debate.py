"""Positions, rebuttals, a judge."""

from __future__ import annotations

from muster.application.orchestrators.patterns import pattern_named
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.orchestration.decision import Dissent
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe, Line

TEAM = [planned(name) for name in ("a", "b", "j")]


async def test_debaters_answer_each_other_and_the_judge_hears_their_last_words() -> None:
    """Positions alone, rebuttals with the other's position, the judge with both rebuttals; the loser is dissent."""
    troupe = FakeTroupe(
        script={
            "a": [Line("tabs"), Line("still tabs")],
            "b": [Line("spaces"), Line("spaces, of course")],
            "j": [Line("spaces it is", choice="b")],
        }
    )
    results = await pattern_named("debate").execute(TEAM, troupe.stage())

    assert troupe.order == ["a", "b", "a", "b", "j"]
    assert troupe.heard(0) == troupe.heard(1) == []
    assert troupe.heard(2) == [("critique", "b", "spaces")]
    assert troupe.heard(3) == [("critique", "a", "tabs")]
    assert troupe.heard(4) == [("response", "a", "still tabs"), ("response", "b", "spaces, of course")]
    assert 'one of "a", "b"' in troupe.given[4].words
    assert [result.summary for result in results] == ["still tabs", "spaces, of course", "spaces it is"]
    decision = troupe.decision
    assert (decision.words, decision.by, decision.rounds) == ("j follows b", ("j",), 1)
    assert decision.dissent == (Dissent("a", "still tabs"),)


async def test_a_judge_that_follows_nobody_by_name_leaves_every_position_as_dissent() -> None:
    """Nothing that was said is lost, and no side is made up."""
    troupe = FakeTroupe(script={"j": [Line("both are wrong", choice="c")]})
    await pattern_named("debate").execute(TEAM, troupe.stage())
    assert troupe.decision.words == "j decides, and follows nobody by name"
    assert [each.agent for each in troupe.decision.dissent] == ["a", "b"]


async def test_who_fails_in_a_rebuttal_stands_by_its_position() -> None:
    """The judge hears the position; both steps are counted."""
    troupe = FakeTroupe(script={"a": [Line("tabs"), Line(fails=True)]})
    results = await pattern_named("debate").execute(TEAM, troupe.stage())
    assert troupe.heard(4)[0] == ("response", "a", "tabs")
    assert (results[0].status, results[0].summary, results[0].usage.input) == ("completed", "tabs", 11)


async def test_with_one_position_there_are_no_rebuttals_and_this_is_said() -> None:
    """The other's failure is its result."""
    troupe = FakeTroupe(failing=frozenset({"a"}))
    results = await pattern_named("debate").execute(TEAM, troupe.stage())
    assert troupe.order == ["a", "b", "j"]
    assert [result.status for result in results] == ["failed", "completed", "completed"]
    assert troupe.decision.words == "j has heard b alone"


async def test_without_a_position_there_is_nothing_to_judge() -> None:
    """The judge is skipped."""
    troupe = FakeTroupe(failing=frozenset({"a", "b"}))
    results = await pattern_named("debate").execute(TEAM, troupe.stage())
    assert [(r.status, r.error) for r in results][-1] == ("skipped", "nobody took a position")
    assert troupe.decision.by == ()


async def test_without_a_judge_nothing_is_decided_and_the_positions_are_kept() -> None:
    """The judge's failure is the end of the debate, not of what was said in it."""
    troupe = FakeTroupe(failing=frozenset({"j"}))
    results = await pattern_named("debate").execute(TEAM, troupe.stage())
    assert [result.status for result in results] == ["completed", "completed", "failed"]
    assert troupe.decision.words == "j failed: nothing is decided"
    assert (troupe.decision.by, len(troupe.decision.dissent)) == ((), 2)


def test_time_and_turns_count_positions_rebuttals_and_the_judge() -> None:
    """Two rounds: three turns of each debater."""
    pattern = pattern_named("debate").configured({"rounds": 2})
    assert pattern.turns(3) == (3, 3, 1)
    assert pattern.turns(3, Bound.LEAST) == (1, 1, 1)
    assert pattern.seconds((10.0, 4.0, 5.0), 4) == 35
    assert pattern.seconds((10.0, 4.0, 5.0), 1) == 47
