"""Boards in a file and in Redis: restarts, clocks that are set, damage, no room, servers that go away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from redis.asyncio import Redis

from muster.domain.errors import StorageError
from muster.domain.memory.coordination import QueueCounts
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.coordination import board as boards
from muster.infrastructure.memory.coordination.embedded_board import EmbeddedBoard
from muster.infrastructure.memory.coordination.event_channel import BoardEventChannel
from muster.infrastructure.memory.coordination.redis_board import RedisBoard
from muster.infrastructure.memory.coordination.sessions import BoardSessions
from muster.infrastructure.memory.coordination.signals import BoardSignals
from muster.infrastructure.memory.coordination.task_queue import BoardTaskQueue
from tests.fakes.clock import FakeClock
from tests.fakes.redis_server import RedisServer, redis_server

DAMAGE = "UPDATE {} SET writing = CAST(writing || x'20' AS BLOB) WHERE {}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where there is nothing yet."""
    return tmp_path / "board.db"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A server that a test may stop."""
    with redis_server() as running:
        yield running


@pytest.fixture
def client(server: RedisServer) -> Iterator[RedisClient]:
    """A way to it."""
    made = RedisClient(server.url, patience=20)
    yield made
    made.close()


async def test_a_clock_that_is_set_gives_no_task_to_two(path: Path) -> None:
    """Ahead or back; who opens the file afterwards agrees with who had it open before."""
    clock = FakeClock()
    first = EmbeddedBoard(clock, path)
    await BoardTaskQueue(first).push("q", 1, 3600)
    lease = await BoardTaskQueue(first).take("q", 60)
    assert lease is not None
    for days in (400, -800):
        clock.jump(days)
        second = EmbeddedBoard(clock, path)
        for one in (first, second):
            assert await BoardTaskQueue(one).take("q") is None
            assert await BoardTaskQueue(one).counts("q") == QueueCounts(waiting=0, under_way=1)
        second.close()
    clock.advance(61)
    again = await BoardTaskQueue(first).take("q")
    assert again is not None
    assert (again.attempt, await BoardTaskQueue(first).done(lease)) == (2, False)
    first.close()


async def test_a_file_outlives_its_process(path: Path) -> None:
    """With its queues, signals, sessions, and the numbers of its messages."""
    clock = FakeClock()
    board = EmbeddedBoard(clock, path)
    await BoardTaskQueue(board).push("q", 1)
    await BoardSignals(board).set("s", 2)
    await BoardSessions(board).open("x", "ann")
    await BoardEventChannel(board).publish("c", "before")
    board.close()
    clock.advance(200)
    board = EmbeddedBoard(clock, path)
    lease, signal = await BoardTaskQueue(board).take("q"), await BoardSignals(board).wait("s", 0)
    assert lease is not None
    assert signal is not None
    assert (lease.value, signal.value, await BoardSessions(board).members("x")) == (1, 2, ("ann",))
    listening = await BoardEventChannel(board).subscribe("c")
    await BoardEventChannel(board).publish("c", "after")
    assert (await anext(listening)).value == "after"
    board.close()


async def test_what_is_damaged_is_not_handed_out_and_hides_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; a task that nobody could do is taken off, a message counts as missed."""
    board = EmbeddedBoard(SystemClock(), path)
    queue, signals, sessions = BoardTaskQueue(board), BoardSignals(board), BoardSessions(board)
    channel = BoardEventChannel(board)
    listening = await channel.subscribe("c")
    await sessions.open("x", "ann")
    for number in range(2):
        await queue.push("q", number)
        await signals.set(f"s{number}")
        await sessions.put("x", f"n{number}", number)
        await channel.publish("c", number)

    def damage(c: apsw.Connection) -> None:
        for table, where in (("tasks", "place = 1"), ("messages", "number = 1")):
            c.execute(DAMAGE.format(table, where))
        for table, name in (("signals", b"s0"), ("shared", b"n0")):
            c.execute(DAMAGE.format(table, "name = ?"), (name,))

    await board._rows.write(damage)
    lease = await queue.take("q")
    assert lease is not None
    assert lease.value == 1
    assert await queue.counts("q") == QueueCounts(waiting=0, under_way=1)
    assert await signals.wait("s0", 0) is None
    assert await signals.wait("s1", 0) is not None
    assert await sessions.state("x") == {"n1": 1}
    heard = await anext(listening)
    assert (heard.value, heard.missed) == (1, 1)
    assert caplog.text.count("does not match its digest") == 4
    board.close()


async def test_a_channel_forgets_after_its_time_and_still_knows_how_many_were_missed(path: Path) -> None:
    """For a day; after that, that something may have been."""
    clock = FakeClock()
    board = EmbeddedBoard(clock, path)
    channel = BoardEventChannel(board)
    listening = await channel.subscribe("c")
    await channel.publish("c", "old")
    await channel.publish("c", "old")
    clock.advance(301)
    await channel.publish("c", "new")
    heard = await anext(listening)
    assert (heard.value, heard.missed) == ("new", 2)
    clock.advance(86_401)
    await channel.publish("c", "much later")
    heard = await anext(listening)
    assert (heard.value, heard.missed) == ("much later", None)
    board.close()


async def test_who_waits_in_a_file_takes_no_lock_of_it(path: Path) -> None:
    """Another process may be writing all the while."""
    board, other = EmbeddedBoard(SystemClock(), path), apsw.Connection(str(path))
    queue = BoardTaskQueue(board)
    await queue.push("other", 1)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.timeout(10):
        assert await queue.take("q", wait_seconds=0.2) is None
    other.execute("ROLLBACK")
    other.close()
    board.close()


async def test_a_server_that_stops_is_an_error_soon_for_those_who_wait_too(
    server: RedisServer, client: RedisClient
) -> None:
    """When it is back everything goes on; it had forgotten all, which a subscriber is told."""
    board = RedisBoard(client)
    queue, signals, sessions = BoardTaskQueue(board), BoardSignals(board), BoardSessions(board)
    channel = BoardEventChannel(board)
    await channel.publish("c", 0)
    listening = await channel.subscribe("c")
    await queue.push("q", 1)
    lease = await queue.take("q")
    assert lease is not None
    waiting = [
        asyncio.ensure_future(one)
        for one in (queue.take("q", 60, 60), signals.wait("s", 60), anext(listening))
    ]
    await asyncio.sleep(0.1)
    server.stop()
    async with asyncio.timeout(30):
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in told] == [StorageError] * 3
        for attempt in (
            queue.push("q", 2), queue.take("q"), queue.extend(lease), queue.done(lease), queue.give_back(lease),
            queue.counts("q"), queue.queues(), signals.set("s"), signals.wait("s", 60), signals.clear("s"),
            sessions.open("x", "ann"), sessions.heartbeat("x", "ann"), sessions.members("x"),
            sessions.leave("x", "ann"), sessions.put("x", "n", 1), sessions.state("x"), sessions.sessions(),
            channel.publish("c", 1), channel.subscribe("c"), anext(listening),
        ):  # fmt: skip
            with pytest.raises(StorageError, match="Redis at 'redis://"):
                await attempt
    server.start()
    taking, hearing = asyncio.create_task(queue.take("q", 60, 60)), asyncio.ensure_future(anext(listening))
    await asyncio.sleep(0.1)
    await queue.push("q", "anew")
    await channel.publish("c", "anew")
    async with asyncio.timeout(30):
        got, heard = await taking, await hearing
    assert got is not None
    assert (got.value, heard.value, heard.missed) == ("anew", "anew", None)


async def listening(redis: Redis) -> int:
    """How many connections listen to what is published."""
    return len([one for one in await redis.client_list() if int(one["sub"])])


async def test_many_who_wait_share_one_connection(
    client: RedisClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Woken by the server, long before they would look by themselves."""
    monkeypatch.setattr(RedisBoard, "longest_pause", 600.0)
    board = RedisBoard(client)
    queue = BoardTaskQueue(board)
    waiting = [asyncio.create_task(queue.take("q", 60, 60)) for _ in range(100)]
    for _ in range(1000):
        if await client._do(listening):
            break
        await asyncio.sleep(0.01)
    async with asyncio.timeout(30):
        for number in range(100):
            await queue.push("q", number)
        got = await asyncio.gather(*waiting)
    assert await client._do(listening) == 1
    assert sorted(str(one.value) for one in got if one) == sorted(str(number) for number in range(100))


async def test_redis_is_given_no_task_to_expire_and_keeps_none_that_is_over(client: RedisClient) -> None:
    """What may expire may be evicted; when everything is done, nothing is left but the last place."""
    board = RedisBoard(client)
    queue = BoardTaskQueue(board)
    for seconds in (60, 0.05, 60):
        await queue.push("q", 1, seconds)
    lease = await queue.take("q")
    assert lease is not None
    every = """
        local found = {}
        for _, key in ipairs(redis.call('KEYS', '*')) do found[#found + 1] = key .. ' ' .. redis.call('TTL', key) end
        return table.concat(found, '\\n')
    """
    keys = (await client.run(every, (), ())).decode().splitlines()
    assert len(keys) == 8
    assert {key.rpartition(" ")[2] for key in keys} == {"-1"}
    await asyncio.sleep(0.06)
    await queue.done(lease)
    last = await queue.take("q")
    assert last is not None
    await queue.done(last)
    assert (await client.run(every, (), ())).decode() == "{muster:board}:seq -1"


def test_a_pause_ends_when_the_bell_is_rung_from_another_thread() -> None:
    """Not only after the longest."""
    board = EmbeddedBoard(SystemClock())
    board.longest_pause = 600.0
    queue = BoardTaskQueue(board)

    async def use() -> object:
        waiting = asyncio.create_task(queue.take("q", 60, 60))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(lambda: asyncio.run(queue.push("q", "woken")))
        async with asyncio.timeout(30):
            lease = await waiting
        return lease and lease.value

    assert asyncio.run(use()) == "woken"
    board.close()


@pytest.mark.parametrize("seconds", [1e-9, 0.5, 86_400])
def test_a_time_is_whole_microseconds_and_never_none(seconds: float) -> None:
    """However short."""
    assert boards.micros(seconds, "x") == max(1, round(seconds * 1_000_000))
