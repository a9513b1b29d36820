"""What was learned, shown and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.application.orchestrators.meta import MetaOrchestrator
from muster.application.services.outcomes import OutcomeMemory
from muster.application.use_cases.forget_learning import ForgetLearning, ForgetLearningRequest
from muster.application.use_cases.plan_task import PlanTask
from muster.application.use_cases.show_learning import Record, ShowLearning, ShowLearningRequest
from muster.domain.agents.roster import ROSTER
from muster.domain.errors import InvalidTask, UnknownName, UserError
from muster.domain.memory.outcome import StepOutcome
from muster.domain.memory.run_outcome import Taken
from muster.domain.orchestration.run import RunStatus, Verdict
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.builders import JUDGE
from tests.fakes.clock import START, FakeClock
from tests.fakes.outcomes import HERE, INSIDE, outcome, outcomes, worked
from tests.fakes.workspace import FakeWorkspace


async def memory() -> OutcomeMemory:
    """A memory of eighteen runs, and of one step."""
    kept = OutcomeMemory(InProcessLongTermStore())
    for one in outcomes("refinement", 9) + outcomes("sequential", 0, 9, first=20):
        await kept.runs.remember(one)
    await kept.remember([StepOutcome("critic", JUDGE.name, 1000, 500, 7.0)])
    return kept


def show(kept: OutcomeMemory) -> ShowLearning:
    """The use case over a project of one file."""
    meta = MetaOrchestrator(ROSTER, lambda _: JUDGE, kept.recall, runs=kept.runs.recall)
    return ShowLearning(kept.runs, PlanTask(FakeWorkspace({"app.py": "x = 1\n"}, HERE), meta))


async def test_patterns_and_agents_are_shown_with_how_they_did() -> None:
    """What cannot be told counts neither way; an agent's estimates are those for its steps."""
    kept = OutcomeMemory(InProcessLongTermStore())
    for one in (
        outcome(1, team=[worked("critic", taken=INSIDE)]),
        outcome(2, verdict=Verdict.FAILED, taken=Taken(1e9, 1), team=[worked("critic", failed=True)]),
        outcome(3, status=RunStatus.CANCELLED, verdict=None, taken=None),
        outcome(4, "debate", verdict=Verdict.PARTIAL, team=[worked("critic", taken=Taken(0, 0))]),
    ):
        await kept.runs.remember(one)
    report = await show(kept).execute(ShowLearningRequest(root=HERE))
    assert [one.run for one in report.outcomes] == ["run-004", "run-003", "run-002", "run-001"]
    assert report.patterns == (Record("debate", 0, 0, 1, 1), Record("parallel", 1, 2, 1, 2))
    assert report.agents == (Record("critic", 2, 3, 1, 2),)
    assert report.score is not None
    assert (report.score.right, report.score.of) == (2, 3)
    assert report.comparison is None


async def test_for_a_task_it_shows_the_plan_with_and_without_what_was_learned() -> None:
    """Refinement has passed nine of nine times, sequential none."""
    report = await show(await memory()).execute(ShowLearningRequest("look for vulnerabilities", HERE))
    assert report.comparison is not None
    assert report.comparison.learned.pattern == "refinement"
    assert report.comparison.without.pattern == "sequential"
    with pytest.raises(InvalidTask):
        await show(await memory()).execute(ShowLearningRequest("  ", HERE))


def forget(kept: OutcomeMemory) -> ForgetLearning:
    """The use case a day after the runs, twenty minutes and a half into them."""
    return ForgetLearning(kept, FakeClock(START + timedelta(days=1, minutes=20, seconds=30)))


async def test_everything_can_be_forgotten() -> None:
    """Runs and steps: plans are made as on the first day."""
    kept = await memory()
    assert await forget(kept).execute(ForgetLearningRequest(everything=True)) == 19
    assert await kept.runs.recall() == ()
    assert await kept.recall("critic", JUDGE.name) == ()


async def test_old_runs_and_single_runs_can_be_forgotten() -> None:
    """By age, by id, by the beginning of one, and the last; steps stay."""
    kept = await memory()
    assert await forget(kept).execute(ForgetLearningRequest(days=1)) == 10
    assert next(one.run for one in await kept.runs.recall()) == "run-021"
    for name in ("run-021", "last", "run-022"):
        assert await forget(kept).execute(ForgetLearningRequest(name)) == 1
    assert [one.run for one in await kept.runs.recall()] == [f"run-{i:03}" for i in range(23, 28)]
    assert len(await kept.recall("critic", JUDGE.name)) == 1


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ForgetLearningRequest(), "not clear"),
        (ForgetLearningRequest("run-001", 3), "not clear"),
        (ForgetLearningRequest(days=-1), "no age"),
        (ForgetLearningRequest("run-0"), "several runs"),
        (ForgetLearningRequest("run-x"), "unknown run"),
    ],
)
async def test_what_is_not_clear_is_not_forgotten(request_: ForgetLearningRequest, words: str) -> None:
    """Nothing goes, and it is said what to write."""
    kept = await memory()
    with pytest.raises((UserError, UnknownName), match=words):
        await forget(kept).execute(request_)
    assert len(await kept.runs.recall()) == 18
