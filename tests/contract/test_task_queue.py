"""What every task queue promises."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.memory.coordination import Lease, QueueCounts
from muster.domain.ports.task_queue import TaskQueue
from muster.infrastructure.memory.coordination.task_queue import BoardTaskQueue
from tests.contract.test_long_term_store import JSON
from tests.fakes.boards import KINDS, opened_board
from tests.fakes.redis_server import RedisServer, redis_server

SHORT = 0.6
THREADS, TASKS = 16, 100
STEPS = st.sampled_from(["push", "take", "done", "give back", "extend"])


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TaskQueue]:
    """Each in turn, empty."""
    url = request.getfixturevalue("server").url if request.param == "redis" else ""
    with opened_board(request.param, tmp_path / "board.db", url) as board:
        yield BoardTaskQueue(board)


async def taken(queue: TaskQueue, name: str = "q", lease: float = 60.0) -> Lease:
    """A task that must be there."""
    found = await queue.take(name, lease)
    assert found is not None
    return found


async def test_what_was_pushed_first_is_taken_first_and_done_once(queue: TaskQueue) -> None:
    """Each queue for itself."""
    pushed = [await queue.push("q", {"n": number}) for number in range(5)]
    await queue.push("other", "ü\x00")
    leases = [await taken(queue) for _ in range(5)]
    assert [(one.id, one.value, one.attempt, one.queue) for one in leases] == [
        (name, {"n": number}, 1, "q") for number, name in enumerate(pushed)
    ]
    assert await queue.take("q") is None
    assert (await taken(queue, "other")).value == "ü\x00"
    assert [await queue.done(one) for one in (*leases, leases[0])] == [True] * 5 + [False]
    assert await queue.queues() == ("other",)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_a_task_is_any_json(queue: TaskQueue, value: object) -> None:
    """It comes back as it was."""

    async def use() -> None:
        await queue.push("q", value)
        lease = await taken(queue)
        assert lease.value == value
        assert await queue.done(lease)

    asyncio.run(use())


async def test_what_is_given_back_comes_before_what_was_pushed_later(queue: TaskQueue) -> None:
    """To whoever is next; who gave it back has no say in it any more."""
    for number in range(3):
        await queue.push("q", number)
    first, second = await taken(queue), await taken(queue)
    assert await queue.give_back(second)
    assert await queue.give_back(first)
    assert [await queue.give_back(first), await queue.done(first), await queue.extend(first)] == [False] * 3
    again = [await taken(queue) for _ in range(3)]
    assert [(one.value, one.attempt) for one in again] == [(0, 2), (1, 2), (2, 1)]


async def test_after_its_lease_a_task_goes_to_the_next_and_the_first_taker_is_refused(
    queue: TaskQueue,
) -> None:
    """Not before."""
    await queue.push("q", "task")
    first = await taken(queue, lease=SHORT)
    assert await queue.take("q") is None
    second = await queue.take("q", wait_seconds=30)
    assert second is not None
    assert (second.id, second.attempt) == (first.id, 2)
    assert second.ticket != first.ticket
    assert [await queue.done(first), await queue.give_back(first), await queue.extend(first)] == [False] * 3
    assert await queue.counts("q") == QueueCounts(waiting=0, under_way=1)
    assert await queue.done(second)
    assert await queue.counts("q") == QueueCounts(waiting=0, under_way=0)


async def test_who_is_late_and_not_replaced_has_done_it_all_the_same(queue: TaskQueue) -> None:
    """It would only be done again."""
    for name in ("late", "later"):
        await queue.push("q", name)
    late, later = await taken(queue, lease=SHORT), await taken(queue, lease=SHORT)
    await asyncio.sleep(SHORT + 0.05)
    assert await queue.counts("q") == QueueCounts(waiting=2, under_way=0)
    assert await queue.done(late)
    assert await queue.extend(later, 60)
    assert await queue.take("q") is None
    assert await queue.counts("q") == QueueCounts(waiting=0, under_way=1)


async def test_a_lease_that_is_extended_is_not_over(queue: TaskQueue) -> None:
    """From now on, for so long."""
    await queue.push("q", "task")
    lease = await taken(queue, lease=SHORT)
    assert await queue.extend(lease, 60)
    assert await queue.take("q", wait_seconds=SHORT + 0.1) is None
    assert await queue.done(lease)


async def test_a_task_is_lost_when_nobody_has_done_it_in_its_time(queue: TaskQueue) -> None:
    """Under way or not; others stay."""
    await queue.push("q", "under way", SHORT)
    await queue.push("q", "waiting", SHORT)
    await queue.push("q", "stays", 60)
    lease = await taken(queue)
    assert await queue.counts("q") == QueueCounts(waiting=2, under_way=1)
    await asyncio.sleep(SHORT + 0.05)
    assert [await queue.done(lease), await queue.extend(lease), await queue.give_back(lease)] == [False] * 3
    assert await queue.counts("q") == QueueCounts(waiting=1, under_way=0)
    assert (await taken(queue)).value == "stays"
    assert await queue.take("q") is None


async def test_who_waits_gets_what_is_pushed_or_given_back_meanwhile(queue: TaskQueue) -> None:
    """And nothing when nothing comes."""
    assert await queue.take("q", wait_seconds=0.05) is None
    waiting = asyncio.create_task(queue.take("q", wait_seconds=30))
    await asyncio.sleep(0.05)
    await queue.push("q", 1)
    first = await waiting
    assert first is not None
    waiting = asyncio.create_task(queue.take("q", wait_seconds=30))
    await asyncio.sleep(0.05)
    await queue.give_back(first)
    second = await waiting
    assert second is not None
    assert (second.value, second.attempt) == (1, 2)


async def test_a_forged_lease_is_worth_nothing(queue: TaskQueue) -> None:
    """The ticket counts, and the task that it was given for."""
    await queue.push("q", 1)
    await queue.push("q", 2)
    one, two = await taken(queue), await taken(queue)
    for forged in (replace(one, ticket="0" * 32), replace(one, ticket=""), replace(one, id=two.id)):
        assert [await queue.done(forged), await queue.give_back(forged), await queue.extend(forged)] == [
            False
        ] * 3
    assert [await queue.done(one), await queue.done(two)] == [True, True]


@pytest.mark.parametrize("name", ["", "  ", "\ud800", "../x"])
async def test_a_name_that_says_nothing_is_refused(queue: TaskQueue, name: str) -> None:
    """In every way."""
    for attempt in (queue.push(name, 1), queue.take(name), queue.counts(name)):
        with pytest.raises(ValueError, match="key"):
            await attempt
    assert await queue.queues() == ()


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf])
async def test_a_time_that_is_none_is_refused(queue: TaskQueue, seconds: float) -> None:
    """Nothing is pushed or taken."""
    await queue.push("q", 1)
    with pytest.raises(ValueError, match="ttl_seconds"):
        await queue.push("q", 2, seconds)
    with pytest.raises(ValueError, match="lease_seconds"):
        await queue.take("q", seconds)
    assert await queue.counts("q") == QueueCounts(waiting=1, under_way=0)
    lease = await taken(queue)
    with pytest.raises(ValueError, match="seconds"):
        await queue.extend(lease, seconds)
    for wait in (-1, math.nan):
        with pytest.raises(ValueError, match="wait_seconds"):
            await queue.take("q", 1, wait)


async def test_what_is_not_json_is_refused(queue: TaskQueue) -> None:
    """And not pushed."""
    with pytest.raises(TypeError, match="not JSON"):
        await queue.push("q", {1, 2})
    assert await queue.queues() == ()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=16))
def test_it_is_a_queue(queue: TaskQueue, steps: list[str]) -> None:
    """Whatever came before: the oldest that nobody has is next, and the counts are right."""
    waiting: list[int] = []
    under_way: list[Lease] = []

    async def use() -> None:
        for number, step in enumerate(steps):
            if step == "push":
                await queue.push("q", number)
                waiting.append(number)
            elif step == "take":
                found = await queue.take("q")
                assert (found.value if found else None) == (waiting.pop(0) if waiting else None)
                under_way.extend([found] if found else [])
            elif under_way and step == "extend":
                assert await queue.extend(under_way[0])
            elif under_way:
                lease = under_way.pop(0)
                assert await (queue.done(lease) if step == "done" else queue.give_back(lease))
                if step == "give back":
                    assert isinstance(lease.value, int)
                    waiting.append(lease.value)
                    waiting.sort()
            assert await queue.counts("q") == QueueCounts(waiting=len(waiting), under_way=len(under_way))
        while found := await queue.take("q"):
            under_way.append(found)
        assert [await queue.done(lease) for lease in under_way] == [True] * len(under_way)
        assert await queue.queues() == ()

    asyncio.run(use())


def test_many_takers_take_each_task_once(queue: TaskQueue) -> None:
    """Sixteen threads with event loops of their own, waiting while others push."""
    done: list[object] = []
    lock = threading.Lock()

    def take(_: int) -> None:
        async def work() -> None:
            while lease := await queue.take("q", 60, 20):
                if lease.value == "stop":
                    await queue.give_back(lease)
                    return
                assert await queue.done(lease)
                with lock:
                    done.append(lease.value)

        asyncio.run(work())

    async def push() -> None:
        for number in range(TASKS):
            await queue.push("q", number)
        await queue.push("q", "stop")

    with ThreadPoolExecutor(THREADS) as pool:
        workers = [pool.submit(take, number) for number in range(THREADS)]
        asyncio.run(push())
        for worker in workers:
            worker.result()
    assert sorted(str(one) for one in done) == sorted(str(number) for number in range(TASKS))
