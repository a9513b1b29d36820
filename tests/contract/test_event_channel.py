"""What channels promise, wherever they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.memory.coordination import Message
from muster.domain.ports.event_channel import EventChannel
from muster.infrastructure.memory.coordination.event_channel import BoardEventChannel
from tests.contract.test_long_term_store import JSON
from tests.fakes.boards import KINDS, opened_board
from tests.fakes.redis_server import RedisServer, redis_server

KEPT = 10


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def events(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventChannel]:
    """Each in turn, silent; it keeps ten messages of a channel."""
    url = request.getfixturevalue("server").url if request.param == "redis" else ""
    with opened_board(request.param, tmp_path / "board.db", url) as board:
        yield BoardEventChannel(board, KEPT)


async def heard(listening: AsyncIterator[Message], count: int) -> list[tuple[object, int | None]]:
    """So many messages, and what was missed before each."""
    async with asyncio.timeout(30):
        got = [await anext(listening) for _ in range(count)]
    return [(one.value, one.missed) for one in got]


async def silent(listening: AsyncIterator[Message]) -> bool:
    """Whether nothing more comes."""
    try:
        async with asyncio.timeout(0.1):
            await anext(listening)
    except TimeoutError:
        return True
    return False


async def test_each_subscriber_gets_everything_since_it_began_in_order(events: EventChannel) -> None:
    """What was before, and what others are told, is not for it."""
    await events.publish("c", "before")
    first = await events.subscribe("c")
    await events.publish("c", 1)
    second = await events.subscribe("c")
    await events.publish("other", "not for them")
    await events.publish("c", 2)
    await events.publish("c", 2)
    assert await heard(first, 3) == [(1, 0), (2, 0), (2, 0)]
    assert await heard(second, 2) == [(2, 0), (2, 0)]
    assert await silent(first)
    await events.publish("c", "after a wait that was given up")
    assert await heard(first, 1) == [("after a wait that was given up", 0)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(JSON, min_size=1, max_size=6))
def test_a_message_is_any_json(events: EventChannel, values: list[object]) -> None:
    """It comes as it was."""

    async def use() -> None:
        listening = await events.subscribe("c")
        for value in values:
            await events.publish("c", value)
        assert await heard(listening, len(values)) == [(value, 0) for value in values]

    asyncio.run(use())


async def test_who_waits_is_woken(events: EventChannel) -> None:
    """All of them, on a channel that was new to everybody."""
    listening = [await events.subscribe("new") for _ in range(5)]
    waiting = [asyncio.create_task(heard(one, 2)) for one in listening]
    await asyncio.sleep(0.05)
    await events.publish("new", 1)
    await asyncio.sleep(0.05)
    await events.publish("new", 2)
    assert await asyncio.gather(*waiting) == [[(1, 0), (2, 0)]] * 5


async def test_two_tasks_may_read_one_subscription(events: EventChannel) -> None:
    """Each message comes to one of them."""
    listening = await events.subscribe("c")
    readers = [asyncio.create_task(heard(listening, 1)) for _ in range(6)]
    await asyncio.sleep(0.05)
    for number in range(6):
        await events.publish("c", number)
    got = [value for one in await asyncio.gather(*readers) for value, _ in one]
    assert sorted(str(value) for value in got) == list("012345")


async def test_who_is_slow_gets_what_is_kept_and_is_told_what_it_missed(events: EventChannel) -> None:
    """Once; then it is as any other."""
    slow, fast = await events.subscribe("c"), await events.subscribe("c")
    for number in range(KEPT):
        await events.publish("c", number)
    assert await heard(fast, KEPT) == [(number, 0) for number in range(KEPT)]
    for number in range(KEPT, KEPT + 7):
        await events.publish("c", number)
    assert await heard(slow, KEPT) == [(7, 7)] + [(number, 0) for number in range(8, KEPT + 7)]
    assert await heard(fast, 7) == [(number, 0) for number in range(KEPT, KEPT + 7)]
    await events.publish("c", "next")
    assert await heard(slow, 1) == await heard(fast, 1) == [("next", 0)]


async def test_what_several_publish_at_once_comes_to_all_in_one_order(events: EventChannel) -> None:
    """Nothing twice, nothing missing; of each publisher in its order."""
    listening = [await events.subscribe("c") for _ in range(3)]
    hearing = [asyncio.create_task(heard(one, 60)) for one in listening]

    async def publish(name: int) -> None:
        for number in range(20):
            await events.publish("c", [name, number])
            await asyncio.sleep(0.005)

    await asyncio.gather(*(publish(name) for name in range(3)))
    first, *others = await asyncio.gather(*hearing)
    assert others == [first, first]
    for name in range(3):
        assert [value for value, _ in first if isinstance(value, list) and value[0] == name] == [
            [name, number] for number in range(20)
        ]


async def test_what_says_nothing_is_refused_and_reaches_nobody(events: EventChannel) -> None:
    """Names and values."""
    listening = await events.subscribe("c")
    for name in ("", " ", "\ud800", "../x"):
        for attempt in (events.publish(name, 1), events.subscribe(name)):
            with pytest.raises(ValueError, match="key"):
                await attempt
    with pytest.raises(TypeError, match="not JSON"):
        await events.publish("c", object())
    await events.publish("c", "good")
    assert await heard(listening, 1) == [("good", 0)]
