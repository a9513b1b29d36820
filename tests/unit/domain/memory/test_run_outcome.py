"""What is kept of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from muster.domain.errors import ErrorKind
from muster.domain.memory.run_outcome import Taken, outcome_of, project_of
from muster.domain.models.attempt import Attempt
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus
from tests.fakes.builders import plan
from tests.fakes.clock import START
from tests.fakes.outcomes import PLANNED


def step(
    agent: str = "a",
    error: ErrorKind | None = None,
    *,
    failed: bool = False,
    asked: bool = True,
    tokens: int = 10,
) -> AgentResult:
    """One step of 2 seconds and $3, whose last call ended so."""
    status = AgentStatus.FAILED if failed else AgentStatus.COMPLETED
    attempts = (Attempt("fake", "fake/model", ModelTier.CAPABLE, error),) if asked else ()
    return AgentResult(
        agent, status, "", model="fake/other", usage=Usage(input=tokens), cost=Decimal(3), duration=2.0,
        attempts=attempts,
    )  # fmt: skip


def ended(*steps: AgentResult, status: RunStatus = RunStatus.COMPLETED) -> RunRecord:
    """A run of agents `a` and `b` that took a minute."""
    return RunRecord("run-1", plan("a", "b"), status, START, START + timedelta(minutes=1), steps)


def test_a_run_took_what_its_agents_and_the_clock_say() -> None:
    """Tokens and dollars over all agents, seconds of wall time; an agent's step what it took on average."""
    steps = [step(tokens=10), step(tokens=30), step("b")]
    kept = outcome_of(ended(*steps), steps, 700)
    assert kept.taken == Taken(50, 60.0, Decimal(9))
    assert [(one.agent, one.tries, one.taken) for one in kept.team] == [
        ("a", 2, Taken(20, 2.0, Decimal(3))),
        ("b", 1, Taken(10, 2.0, Decimal(3))),
    ]
    assert kept.team[0].model == "fake/model", "as planned: who answers may call itself otherwise"
    assert (kept.code_lines, kept.at, kept.project) == (700, START, project_of("/project"))


@pytest.mark.parametrize(
    "change",
    [
        {"resumed": 1},
        {"parent": "run-0"},
        *({"status": status} for status in RunStatus if status != "completed"),
    ],
)
def test_what_is_not_one_whole_run_teaches_nothing_of_time_and_cost(change: dict[str, object]) -> None:
    """Taken up again, forked, or not completed; who failed is known all the same."""
    steps = [step(failed=True), step("b")]
    run = replace(ended(*steps), **change)  # type: ignore[arg-type]
    kept = outcome_of(run, steps, 700)
    assert kept.taken is None
    assert [one.taken for one in kept.team] == [None, None]
    assert [one.failed for one in kept.team] == [True, False]


@pytest.mark.parametrize(
    ("last", "own"),
    [
        (step(failed=True), True),
        (step(error=ErrorKind.BAD_ANSWER, failed=True), True),
        (step(error=ErrorKind.CONTEXT_TOO_LONG, failed=True), True),
        (step(error=ErrorKind.AUTHENTICATION, failed=True), False),
        (step(error=ErrorKind.CONNECTION, failed=True), False),
        (step(error=ErrorKind.BUDGET, failed=True), False),
        (step(failed=True, asked=False), False),
        (step(error=ErrorKind.BAD_ANSWER), False),
    ],
)
def test_only_what_an_agent_fails_at_by_itself_is_its_failure(last: AgentResult, own: bool) -> None:
    """A wrong key, a network that is down, an empty purse and a person who says no are not."""
    (kept,) = outcome_of(ended(last), [last], 1).team
    assert (kept.failed, kept.failures) == (own, int(own))


def test_whoever_stood_in_is_remembered_and_the_one_who_failed_too() -> None:
    """The last try of each decides; nothing had been expected of the one who came in."""
    tries: Sequence[AgentResult] = [step(failed=True), step(failed=True), step("c")]
    first, other = outcome_of(ended(*tries), tries, 1).team
    assert (first.agent, first.tries, first.failures, first.failed) == ("a", 2, 2, True)
    assert (other.agent, other.model, other.failed, other.planned) == ("c", "fake/other", False, None)


def test_one_that_came_right_in_the_end_has_not_failed() -> None:
    """The failures are counted."""
    tries = [step(failed=True), step()]
    (kept,) = outcome_of(ended(*tries), tries, 1).team
    assert (kept.failures, kept.failed) == (1, False)


def test_borrowed_work_is_left_out() -> None:
    """It was learned where it was done."""
    steps = [step(), step("b")]
    assert [one.agent for one in outcome_of(ended(*steps), steps, 1, {"a"}).team] == ["b"]


@pytest.mark.parametrize(
    ("taken", "inside"),
    [
        (Taken(10, 1, Decimal(1)), True),
        (Taken(30, 3, Decimal(3)), True),
        (Taken(9, 2, Decimal(2)), False),
        (Taken(20, 3.1, Decimal(2)), False),
        (Taken(20, 2, Decimal("3.01")), False),
        (Taken(20, 2), True),
    ],
)
def test_an_estimate_is_right_when_all_that_is_known_lies_in_its_ranges(taken: Taken, inside: bool) -> None:
    """Both ends belong to them."""
    assert taken.inside(PLANNED) is inside


def test_a_folder_stands_under_its_own_name_which_tells_nothing() -> None:
    """The same for the same path, another for another; names that are no UTF-8 as well."""
    assert project_of("/home/ann/a") == project_of("/home/ann/a")
    assert project_of("/home/ann/a") != project_of("/home/ann/b")
    assert len(project_of("/home/ann/\udcff")) == 16
