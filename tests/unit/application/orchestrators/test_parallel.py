"""Tasks beside each other: order, limits, who wins, and that none outlives the call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.application.orchestrators.parallel import (
    ParallelMode,
    ParallelOrchestrator,
    ParallelResult,
    ParallelTask,
    TaskState,
    Vote,
)
from muster.domain.errors import UserError

ORCHESTRATOR = ParallelOrchestrator()
FIRST, MAJORITY = ParallelMode.FIRST, ParallelMode.MAJORITY


class Stage:
    """Tasks that wait for each other, and a count of who is on the stage."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.at_once = 0
        self.most = 0

    def task(
        self, name: str, do: Callable[[], Awaitable[object]] | None = None, value: object = None
    ) -> ParallelTask[object]:
        """A task that does `do`, and gives `value` or what that gave."""

        async def run() -> object:
            self.begun.append(name)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            try:
                done = await do() if do else None
                return done if value is None else value
            finally:
                self.at_once -= 1
                self.ended.append(name)

        return ParallelTask(name, run)


async def forever() -> object:
    """Never end."""
    await asyncio.Event().wait()
    return None


async def failing() -> object:
    """Fail at once."""
    raise ValueError("no luck")


def turns(number: int) -> Callable[[], Awaitable[object]]:
    """Give the others so many turns."""

    async def wait() -> object:
        for _ in range(number):
            await asyncio.sleep(0)
        return None

    return wait


def states(result: ParallelResult[object]) -> list[str]:
    """How each task ended."""
    return [one.state.value for one in result.outcomes]


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=12), st.integers(1, 5))
@settings(max_examples=30)
def test_results_come_in_the_order_of_the_tasks(plan: list[tuple[int, bool]], limit: int) -> None:
    """However long each takes and whichever fail: one outcome a task, each run once, within the limit."""
    stage = Stage()

    async def ending(number: int, good: bool) -> object:
        await turns(number)()
        if not good:
            raise ValueError
        return number

    def piece(number: int, good: bool) -> Callable[[], Awaitable[object]]:
        return lambda: ending(number, good)

    tasks = [stage.task(f"t{place}", piece(*each)) for place, each in enumerate(plan)]
    result = asyncio.run(ORCHESTRATOR.execute_parallel(tasks, limit=limit))

    assert [one.name for one in result.outcomes] == [f"t{place}" for place in range(len(plan))]
    assert states(result) == ["done" if good else "failed" for _, good in plan]
    assert list(result.values) == [number for number, good in plan if good]
    assert sorted(stage.begun) == sorted(f"t{place}" for place in range(len(plan)))
    assert stage.most <= limit
    assert stage.at_once == 0


@given(st.lists(st.sampled_from("abc"), max_size=9))
@settings(max_examples=30)
def test_a_vote_is_what_counting_says(ballots: list[str]) -> None:
    """More than half decide; less never do; whoever shares the first place is named."""
    stage = Stage()
    tasks = [stage.task(f"t{place}", value=ballot) for place, ballot in enumerate(ballots)]
    result = asyncio.run(ORCHESTRATOR.execute_parallel(tasks, mode=MAJORITY))

    vote = result.vote
    assert vote is not None
    assert dict(vote.counts) == {ballot: ballots.count(ballot) for ballot in ballots}
    most = max((ballots.count(ballot) for ballot in ballots), default=0)
    winning: list[str | None] = [
        ballot for ballot in set(ballots) if ballots.count(ballot) * 2 > len(ballots)
    ]
    leading = {ballot for ballot in ballots if ballots.count(ballot) == most}
    assert [vote.winner] == (winning or [None])
    assert set(vote.tied) == (leading if len(leading) > 1 else set())
    expected = f"t{ballots.index(str(winning[0]))}" if winning else None
    assert (result.winner.name if result.winner else None) == expected


async def test_the_first_that_succeeds_wins_and_the_others_end_at_once() -> None:
    """A failure is no success; those that run are cancelled, those that wait never begin."""
    stage = Stage()
    tasks = [
        stage.task("fails", failing),
        stage.task("hangs", forever),
        stage.task("wins", turns(3), "prize"),
        stage.task("waits", forever),
        stage.task("never"),
    ]
    result = await ORCHESTRATOR.execute_parallel(tasks, mode=FIRST, limit=3)

    assert result.winner is not None
    assert (result.winner.name, result.winner.value) == ("wins", "prize")
    assert states(result) == ["failed", "cancelled", "done", "cancelled", "cancelled"]
    assert "never" not in stage.begun
    assert sorted(stage.begun) == sorted(stage.ended)


async def test_nobody_wins_where_all_fail() -> None:
    """Every failure is kept with its error."""
    stage = Stage()
    tasks = [stage.task(name, failing) for name in "ab"]
    result = await ORCHESTRATOR.execute_parallel(tasks, mode=FIRST)
    assert result.winner is None
    assert [str(one.error) for one in result.outcomes] == ["no luck", "no luck"]


@pytest.mark.parametrize("mode", list(ParallelMode))
async def test_a_failure_cancels_the_others_where_that_is_wanted(mode: ParallelMode) -> None:
    """With `fail_fast`, and not without."""
    stage = Stage()
    tasks = [stage.task("hangs", forever), stage.task("fails", failing), stage.task("later", forever)]
    result = await ORCHESTRATOR.execute_parallel(tasks, mode=mode, limit=2, fail_fast=True)
    assert states(result) == ["cancelled", "failed", "cancelled"]
    assert stage.begun == ["hangs", "fails"]
    assert stage.at_once == 0


async def test_time_that_is_up_gives_what_has_finished_and_names_what_has_not() -> None:
    """Also of those that had not begun."""
    stage = Stage()
    tasks = [
        stage.task("quick", value=1),
        stage.task("slow", forever),
        stage.task("bad", failing),
        stage.task("queued", forever),
    ]
    result = await ORCHESTRATOR.execute_parallel(tasks, limit=1, timeout=0.02)
    assert states(result) == ["done", "unfinished", "unfinished", "unfinished"]
    assert result.values == (1,)
    assert result.unfinished == ("slow", "bad", "queued")


async def test_a_task_that_runs_out_of_its_own_time_is_a_failure_of_its_own() -> None:
    """A TimeoutError inside is not the end of everybody's time."""
    stage = Stage()

    async def out_of_time() -> object:
        raise TimeoutError("mine")

    result = await ORCHESTRATOR.execute_parallel(
        [stage.task("own", out_of_time), stage.task("good", turns(2), 1)], timeout=10
    )
    assert states(result) == ["failed", "done"]


async def test_cancelling_ends_all_tasks_and_waits_for_them() -> None:
    """Those that clear up are waited for, however often it is cancelled meanwhile."""
    stage, cleared, may_end = Stage(), [], asyncio.Event()

    async def clearing_up() -> object:
        try:
            return await forever()
        finally:
            await may_end.wait()
            cleared.append(1)

    tasks = [stage.task("a", clearing_up), stage.task("b", clearing_up), stage.task("c", forever)]
    whole = asyncio.create_task(ORCHESTRATOR.execute_parallel(tasks))
    await turns(5)()
    for _ in range(3):
        whole.cancel()
        await turns(5)()
        assert not whole.done() or cleared
        if cleared:
            break
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert stage.at_once == 0
    assert sorted(stage.ended) == ["a", "b", "c"]


async def test_what_a_cancelled_task_still_gave_is_kept() -> None:
    """It was paid for."""

    async def stubborn() -> object:
        try:
            return await forever()
        except asyncio.CancelledError:
            return "all the same"

    stage = Stage()
    tasks = [stage.task("stubborn", stubborn), stage.task("wins", turns(2), 1)]
    result = await ORCHESTRATOR.execute_parallel(tasks, mode=FIRST)
    assert [one.value for one in result.outcomes] == ["all the same", 1]
    assert result.winner is not None
    assert result.winner.name == "wins"


async def test_a_key_says_what_a_value_votes_for() -> None:
    """Values that cannot be compared vote by it; those that failed do not vote."""
    stage = Stage()
    values = [{"answer": 1, "by": "a"}, {"answer": 2, "by": "b"}, {"answer": 1, "by": "c"}]
    tasks = [stage.task(str(value["by"]), value=value) for value in values]
    tasks.append(stage.task("d", failing))

    def answer(value: object) -> int:
        assert isinstance(value, dict)
        return int(value["answer"])

    result = await ORCHESTRATOR.execute_parallel(tasks, mode=MAJORITY, key=answer)
    assert result.vote == Vote(((1, 2), (2, 1)))
    assert (result.vote.winner, result.winner) == (1, result.outcomes[0])
    with pytest.raises(UserError, match="dict cannot be a vote"):
        await ORCHESTRATOR.execute_parallel(tasks, mode=MAJORITY)


@pytest.mark.parametrize(
    ("limit", "timeout"), [(0, None), (-1, None), (1, 0.0), (1, -1.0), (1, float("nan"))]
)
async def test_limits_that_are_none_are_refused(limit: int, timeout: float | None) -> None:
    """Before anything begins."""
    stage = Stage()
    with pytest.raises(UserError):
        await ORCHESTRATOR.execute_parallel([stage.task("a")], limit=limit, timeout=timeout)
    assert stage.begun == []


async def test_nothing_to_do_is_done() -> None:
    """In every mode."""
    empty: Sequence[ParallelTask[object]] = ()
    for mode in ParallelMode:
        result = await ORCHESTRATOR.execute_parallel(empty, mode=mode)
        assert (result.outcomes, result.winner) == ((), None)
    assert TaskState.DONE.value == "done"
