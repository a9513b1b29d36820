"""How agents work together."""

from __future__ import annotations

import asyncio
import time

import anyio
import pytest

from muster.application.orchestrators.estimates import team_estimate
from muster.application.orchestrators.patterns import PATTERNS, pattern_named
from muster.domain.errors import UnknownName
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe


async def test_sequential_hands_each_result_to_the_next() -> None:
    """The second agent receives the first one's words, and the first receives nothing."""
    troupe = FakeTroupe()
    results = await pattern_named("sequential").execute([planned("a"), planned("b")], troupe.stage())
    assert [result.summary for result in results] == ["a is done", "b is done"]
    assert troupe.given[0].inbox == ()
    (handed,) = troupe.given[1].inbox
    assert (handed.sender, handed.recipient, handed.type, handed.payload) == (
        "a",
        "b",
        "handoff",
        "a is done",
    )


async def test_sequential_stops_at_a_failure_and_says_who_was_left_out() -> None:
    """The third agent never runs; its result is skipped, with the reason."""
    troupe = FakeTroupe(failing=frozenset({"b"}))
    results = await pattern_named("sequential").execute([planned(n) for n in "abc"], troupe.stage())
    assert [result.status for result in results] == ["completed", "failed", "skipped"]
    assert results[2].error == "b failed before it"
    assert [assignment.agent.agent for assignment in troupe.given] == ["a", "b"]


async def test_parallel_gives_results_in_plan_order_whoever_is_first() -> None:
    """The slowest stands first in the plan and first in the results."""
    troupe = FakeTroupe(waits={"a": 0.05, "b": 0.02})
    results = await pattern_named("parallel").execute([planned(n) for n in "abc"], troupe.stage())
    assert [result.agent for result in results] == ["a", "b", "c"]


async def test_one_failure_neither_cancels_nor_hides_the_others() -> None:
    """b breaks at once; a and c still finish."""
    troupe = FakeTroupe(waits={"a": 0.05, "c": 0.05}, failing=frozenset({"b"}))
    results = await pattern_named("parallel").execute([planned(n) for n in "abc"], troupe.stage())
    assert [(result.agent, result.status) for result in results] == [
        ("a", "completed"),
        ("b", "failed"),
        ("c", "completed"),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_parallel_never_runs_more_than_the_limit(limit: int) -> None:
    """Six agents, at most `limit` beside each other, and as many as that."""
    troupe = FakeTroupe(waits=dict.fromkeys("abcdef", 0.01))
    await pattern_named("parallel").execute([planned(n) for n in "abcdef"], troupe.stage(limit))
    assert troupe.most == limit


async def test_four_agents_that_wait_half_a_second_finish_together() -> None:
    """Wall time stays near the slowest agent: under 0.8 s."""
    troupe = FakeTroupe(waits=dict.fromkeys("abcd", 0.5))
    started = time.monotonic()
    await pattern_named("parallel").execute([planned(n) for n in "abcd"], troupe.stage())
    assert 0.5 <= time.monotonic() - started < 0.8


async def test_cancelling_a_parallel_team_cancels_every_agent() -> None:
    """Nobody goes on in the background."""
    troupe = FakeTroupe(waits=dict.fromkeys("ab", 60))
    task = asyncio.create_task(pattern_named("parallel").execute([planned(n) for n in "ab"], troupe.stage()))
    await anyio.sleep(0.01)
    assert troupe.running == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert troupe.running == 0


async def test_a_manager_delegates_and_then_makes_one_result() -> None:
    """Workers get the manager's words, the manager gets their reports, and each answer names its order."""
    troupe = FakeTroupe()
    results = await pattern_named("hierarchical").execute([planned(n) for n in "mxy"], troupe.stage())
    assert [result.agent for result in results] == ["m", "x", "y"]
    split, work_x, work_y, merge = troupe.given
    assert split.delegate_to == ("x", "y")
    assert (work_x.words, work_y.words) == ("do x", "do y")
    assert [message.payload for message in merge.inbox] == ["x is done", "y is done"]
    orders = {message.recipient: message.id for message in troupe.sent if message.type == "request"}
    answers = {message.sender: message.causation_id for message in troupe.sent if message.type == "response"}
    assert answers == orders
    assert results[0].usage.input == 20, "both of the manager's steps are counted"


async def test_a_worker_that_fails_is_named_to_the_manager() -> None:
    """The manager hears of the failure and of the success."""
    troupe = FakeTroupe(failing=frozenset({"x"}))
    results = await pattern_named("hierarchical").execute([planned(n) for n in "mxy"], troupe.stage())
    assert [result.status for result in results] == ["completed", "failed", "completed"]
    assert [message.payload for message in troupe.given[-1].inbox] == ["failed: broke", "y is done"]


async def test_without_a_manager_nobody_works() -> None:
    """A manager that fails before it could delegate leaves its workers skipped."""
    troupe = FakeTroupe(failing=frozenset({"m"}))
    results = await pattern_named("hierarchical").execute([planned(n) for n in "mxy"], troupe.stage())
    assert [result.status for result in results] == ["failed", "skipped", "skipped"]
    assert len(troupe.given) == 1


def test_patterns_are_found_by_name_in_any_case() -> None:
    """An unknown one is answered with those that exist."""
    assert pattern_named(" Parallel ") is PATTERNS["parallel"]
    with pytest.raises(UnknownName, match="unknown pattern 'paralel'") as caught:
        pattern_named("paralel")
    assert "parallel" in caught.value.hint


def test_wall_time_is_what_the_pattern_makes_of_the_steps() -> None:
    """Sequential sums, parallel takes the makespan under the limit, hierarchical adds its manager twice."""
    steps = (4.0, 3.0, 2.0, 1.0)
    assert pattern_named("sequential").seconds(steps, 2) == 10.0
    assert pattern_named("parallel").seconds(steps, 4) == 4.0
    assert pattern_named("parallel").seconds(steps, 2) == 5.0
    assert pattern_named("parallel").seconds(steps, 1) == 10.0
    assert pattern_named("hierarchical").seconds(steps, 3) == 11.0


def test_a_manager_s_two_steps_are_estimated_as_two() -> None:
    """Tokens and seconds of the manager count twice, a worker's once."""
    assert pattern_named("hierarchical").turns(3) == (2, 1, 1)
    estimate = team_estimate([planned(name).estimate for name in "mxy"], pattern_named("hierarchical"), 4)
    assert estimate.tokens.expected == 8
    assert estimate.seconds.expected == 6
    assert pattern_named("parallel").turns(2) == pattern_named("sequential").turns(2) == (1, 1)
