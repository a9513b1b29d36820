"""A classifier picks the specialist."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.application.orchestrators.patterns import pattern_named
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.agents.capability import Capability
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe, Line

BROAD = replace(planned("y"), covers=(Capability.CODE_REVIEW, Capability.DEBUGGING))
TEAM = [planned("picker"), planned("x"), BROAD]


async def test_the_one_who_is_picked_works_and_the_others_are_skipped() -> None:
    """The classifier is told who does what, the specialist why it was picked, the others who was."""
    troupe = FakeTroupe(script={"picker": [Line("x knows this", choice="x")]})
    results = await pattern_named("adaptive").execute(TEAM, troupe.stage())
    assert troupe.order == ["picker", "x"]
    assert "- x: The part of x.\n- y: The part of y." in troupe.given[0].words
    assert 'one of "x", "y"' in troupe.given[0].words
    assert troupe.heard(1) == [("handoff", "picker", "x knows this")]
    assert troupe.given[1].words == "The part of x."
    assert (results[2].status, results[2].error) == ("skipped", "not picked: picker picks x")
    assert troupe.decision.by == ("x",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (Line(choice="z"), "names nobody of the team"),
        (Line(), "names nobody of the team"),
        (Line(fails=True), "failed"),
    ],
    ids=["a stranger", "nobody", "failed"],
)
async def test_without_a_pick_the_analysis_of_the_task_decides(line: Line, why: str) -> None:
    """Whoever covers most of it; nothing is made up about what the classifier wanted."""
    troupe = FakeTroupe(script={"picker": [line]})
    await pattern_named("adaptive").execute(TEAM, troupe.stage())
    assert troupe.order == ["picker", "y"]
    assert troupe.heard(1) == []
    assert troupe.decision.words == f"picker {why}, so the analysis of the task picks y"


async def test_by_task_no_agent_is_asked_to_pick() -> None:
    """All of the team are specialists; of equals the first."""
    troupe = FakeTroupe()
    pattern = pattern_named("adaptive").configured({"by": "task"})
    results = await pattern.execute([planned("a"), planned("b")], troupe.stage())
    assert troupe.order == ["a"]
    assert results[1].error == "not picked: the analysis of the task picks a"


async def test_a_specialist_that_fails_has_decided_nothing() -> None:
    """Its failure is its result."""
    troupe = FakeTroupe(script={"picker": [Line(choice="x")]}, failing=frozenset({"x"}))
    results = await pattern_named("adaptive").execute(TEAM, troupe.stage())
    assert [result.status for result in results] == ["completed", "failed", "skipped"]
    assert troupe.decision.by == ()


def test_the_estimate_is_of_one_specialist_nobody_knows_which() -> None:
    """The fastest at best, the mean usually, the slowest at most."""
    pattern = pattern_named("adaptive")
    assert pattern.turns(3) == (1, 0.5, 0.5)
    assert [pattern.seconds((1.0, 2.0, 6.0), 4, bound) for bound in Bound] == [3, 5, 7]
    assert pattern.configured({"by": "task"}).turns(2) == (0.5, 0.5)
