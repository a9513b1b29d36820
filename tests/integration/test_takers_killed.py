"""Takers that are killed again and again: no task is lost, none is done by two at a time."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.coordination.embedded_board import EmbeddedBoard
from muster.infrastructure.memory.coordination.redis_board import RedisBoard
from muster.infrastructure.memory.coordination.task_queue import BoardTaskQueue
from tests.fakes.processes import finish, python
from tests.fakes.redis_server import redis_server

TAKERS, TASKS, KILLS, LEASE = 4, 800, 12, 0.75
SLACK = 0.005
"""Seconds by which two readings of the clock, here and on the server, may differ."""
# One process that has everything loaded makes the takers, and kills one of them now and then. Each writes down, in one
# writing a line, what it has begun and what became of it, by the clock that all of them share.
KILLER = """
import asyncio, os, random, signal, sys, time
import redis.asyncio
from tests.integration.test_takers_killed import LEASE, opened

TAKERS, KILLS = int(sys.argv[3]), int(sys.argv[4])
book = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

async def work():
    queue, _ = opened(sys.argv[1])
    while True:
        asked = time.monotonic()
        lease = await queue.take("q", LEASE, 10)
        if lease is None:
            continue
        os.write(book, f"begun {lease.value} {lease.attempt} {asked!r} {time.monotonic()!r}\\n".encode())
        await asyncio.sleep(0.001)
        kept = await queue.done(lease)
        os.write(book, f"done {lease.value} {lease.attempt} {int(kept)} 0\\n".encode())

def taker():
    pid = os.fork()
    if pid == 0:
        asyncio.run(work())
    return pid

def kill(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

async def left():
    queue, close = opened(sys.argv[1])
    counts = await queue.counts("q")
    close()
    return counts.waiting + counts.under_way

chance = random.Random(7)
takers = [taker() for _ in range(TAKERS)]
for _ in range(KILLS):
    time.sleep(chance.uniform(0.03, 0.12))
    kill(takers.pop(chance.randrange(TAKERS)))
    takers.append(taker())
deadline = time.monotonic() + 50
while asyncio.run(left()) and time.monotonic() < deadline:
    time.sleep(0.1)
for pid in takers:
    kill(pid)
"""


def opened(place: str) -> tuple[BoardTaskQueue, Callable[[], None]]:
    """The queues at an address or a path, and what closes them."""
    if place.startswith("redis:"):
        client = RedisClient(place, patience=20)
        return BoardTaskQueue(RedisBoard(client)), client.close
    board = EmbeddedBoard(SystemClock(), Path(place))
    return BoardTaskQueue(board), board.close


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the tasks are kept."""
    if request.param == "file":
        yield str(tmp_path / "board.db")
        return
    with redis_server() as server:
        yield server.url


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are made by forking")
async def test_each_task_is_done_once_or_given_again_after_its_lease(place: str, tmp_path: Path) -> None:
    """Four takers, eight hundred tasks, twelve kills."""
    queue, close = opened(place)
    await asyncio.gather(*(queue.push("q", number) for number in range(TASKS)))
    book = tmp_path / "book"
    finish(python(KILLER, place, str(book), str(TAKERS), str(KILLS)))
    assert await queue.queues() == ()
    close()
    begun = defaultdict[int, dict[int, tuple[float, float]]](dict)
    done = defaultdict[int, list[int]](list)
    for line in book.read_text().splitlines():
        what, task, attempt, first, second = line.split()
        if what == "begun":
            assert int(attempt) not in begun[int(task)], "two have the same attempt"
            begun[int(task)][int(attempt)] = float(first), float(second)
        elif first == "1":
            done[int(task)].append(int(attempt))
    assert {task for task, said in done.items() if len(said) > 1} == set()
    # Who was killed between doing it and writing that down, or taking it and writing that down, left no line.
    assert len(done) >= TASKS - KILLS - TAKERS
    assert len(begun) >= TASKS - KILLS - TAKERS
    again = 0
    for attempts in begun.values():
        for number, (_, taken) in attempts.items():
            if number - 1 in attempts:
                again += 1
                assert taken >= attempts[number - 1][0] + LEASE - SLACK, (
                    "given again before its lease was over"
                )
    assert again > 0, "no taker was killed while it had a task"
