"""Steps that failed and are followed up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from muster import RunStatus
from muster.application.flow.book import FlowBook
from muster.application.flow.flow import Flow
from muster.application.orchestrators.patterns.base import Assignment, StepResult
from muster.application.services.agent_runner import AgentRunner
from muster.application.services.escalator import Escalator, Ladder
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.capability import Capability
from muster.domain.errors import ErrorKind
from muster.domain.journal.opened import OpenedRun, RunDump
from muster.domain.journal.record import RecordKind, Signal
from muster.domain.models.attempt import Attempt
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.decision import Decision
from muster.domain.orchestration.escalation import Escalation
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import JUDGE, plan, planned, template
from tests.fakes.clock import START, FakeClock
from tests.fakes.scripted_model import ScriptedModel, saying
from tests.unit.application.services.test_run_driver import tools
from tests.unit.application.use_cases.test_run_task import opened, project

__all__ = ["project"]

TRIED = Attempt("fake", "fake/judge", ModelTier.CAPABLE, usage=Usage(10, 5), cost=Decimal("0.01"))
FULL = Escalation(0, ladder=True)
Answer = Callable[[Assignment], str]


def no_turns(*_args: object) -> object:
    """Nobody runs a turn here."""
    raise AssertionError("no turn is run here")


class Scene:
    """One agent's step whose outcome a test decides by what it was asked: "" is done, anything else an error."""

    def __init__(self, policy: Escalation, outcome: Answer, kind: ErrorKind | None = None) -> None:
        team = [
            template("one", Capability.CODE_REVIEW),
            template("two", Capability.CODE_REVIEW, Capability.RESEARCH),
            template("three", Capability.RESEARCH),
        ]
        run = RunRecord("run-1", plan("one"), RunStatus.RUNNING, START)
        self.journal = MemoryRunJournal()
        self.book = FlowBook(self.journal, OpenedRun(run, 1), FakeClock())
        agents = AgentRunner(
            no_turns,  # type: ignore[arg-type]
            lambda tier: replace(JUDGE, id=tier.value, tier=tier),
            team,
            FakeClock(),
        )
        self.asked: list[Assignment] = []
        self.told: list[Decision] = []
        self._outcome = outcome
        self._kind = kind
        self._run = run
        flow = Flow(self.book, FakeClock())
        self._escalator = Escalator(self._step, Ladder(run.plan, policy, agents, flow, self.told.append))

    async def _step(self, assignment: Assignment) -> StepResult:
        self.asked.append(assignment)
        error = self._outcome(assignment)
        attempt = replace(TRIED, error=self._kind) if error else TRIED
        status = AgentStatus.FAILED if error else AgentStatus.COMPLETED
        return StepResult(
            AgentResult(
                assignment.agent.agent, status, "" if error else "done", error=error,
                usage=attempt.usage, cost=attempt.cost, attempts=(attempt,), judged=True,
            )
        )  # fmt: skip

    async def play(self) -> StepResult:
        """The step to its end."""
        await self.journal.create(self._run)
        return await self._escalator.step(Assignment(planned("one")))


def failing(times: int) -> Answer:
    """Fail so often, then do it."""
    left = [times]

    def outcome(_assignment: Assignment) -> str:
        left[0] -= 1
        return "no JSON" if left[0] >= 0 else ""

    return outcome


async def test_without_a_policy_a_failure_is_a_failure() -> None:
    """Nothing is tried, and paid, unasked."""
    scene = Scene(Escalation(), failing(9))
    step = await scene.play()
    assert (step.result.status, len(scene.asked), scene.told) == (AgentStatus.FAILED, 1, [])


async def test_the_same_agent_is_told_what_was_wrong() -> None:
    """Its second try goes well; both are in the account."""
    scene = Scene(Escalation(rounds=2), failing(1))
    step = await scene.play()
    told = "An earlier try at this failed (no JSON). See to it that this does not happen again."
    assert scene.asked[1].words.endswith(told)
    assert (step.result.status, step.result.cost, step.result.usage) == (
        AgentStatus.COMPLETED, Decimal("0.02"), Usage(20, 10),
    )  # fmt: skip
    assert [one.words for one in scene.told] == ["one was tried 2 times, in the end again: done"]


async def test_a_stronger_tier_comes_before_another_agent() -> None:
    """And the result stands in the place of the agent that was planned."""
    scene = Scene(FULL, lambda asked: "" if asked.agent.agent == "two" else "no idea")
    step = await scene.play()
    assert [(one.agent.agent, one.tier) for one in scene.asked] == [
        ("one", None), ("one", ModelTier.PREMIUM), ("two", None),
    ]  # fmt: skip
    assert (step.result.agent, step.result.status, step.result.cost) == (
        "one", AgentStatus.COMPLETED, Decimal("0.03"),
    )  # fmt: skip
    assert scene.told[0].by == ("two",)


@pytest.mark.parametrize(("approved", "tries"), [(True, 4), (False, 3)])
async def test_at_last_a_person_is_asked_with_everything_that_was_tried(approved: bool, tries: int) -> None:
    """A yes is one more try with their words; a no is the end."""
    scene = Scene(FULL, lambda asked: "" if "look at line 7" in asked.words else "no idea")
    step = asyncio.create_task(scene.play())
    (wait,) = await scene.book.lanes.rest()
    told = "one has failed 3 times (again: no idea; stronger tier: no idea; another agent: no idea)"
    assert wait.words.startswith(told)
    content = json.dumps({"approved": approved, "reason": "look at line 7"})
    scene.book.lanes.arrive(Signal(wait.name, content, START, "Ada"))
    done = await step
    assert len(scene.asked) == tries
    assert done.completed is approved


@pytest.mark.parametrize("kind", [ErrorKind.BUDGET, ErrorKind.AUTHENTICATION, ErrorKind.BLOCKED])
async def test_what_cannot_go_better_is_not_tried_again(kind: ErrorKind) -> None:
    """A wrong key is wrong at every tier."""
    scene = Scene(Escalation(2, ladder=True), failing(9), kind)
    await scene.play()
    assert len(scene.asked) == 1


async def test_a_restart_does_not_forget_what_failed(project: str) -> None:
    """Two of three tries had failed before the crash: one more is made, not three."""
    bad, options = saying("Looks good to me!"), RunOptions(escalation=Escalation(rounds=9))
    journal, model = MemoryRunJournal(), ScriptedModel(bad)
    async with opened(project, tools(), model=model, journal=journal) as app:
        task = await app.plan_task("review it", project, agents=["first"])
        run = await app.run_task(task, options=options)
    assert run.agents[0].status is AgentStatus.FAILED
    assert len(model.requests) == 6  # each try is put right once, within its step
    records = await journal.events(run.id)
    ends = [place for place, one in enumerate(records) if one.kind is RecordKind.AGENT]
    assert [records[place].key for place in ends] == ["first#1", "first#2", "first#3"]

    later, more = MemoryRunJournal(), ScriptedModel(bad)
    begun = replace(run, status=RunStatus.INTERRUPTED, agents=(), report=None)
    await later.adopt(RunDump(begun, records[: ends[1] + 1]))
    async with opened(project, tools(), model=more, journal=later) as app:
        again = await app.resume_run(run.id)
    assert len(more.requests) == 2
    assert again.cost == run.cost
    assert again.report is not None
    told = "first was tried 3 times, in the end again: it failed"
    assert [one.words for one in again.report.decisions if one.pattern == "escalation"] == [told]
