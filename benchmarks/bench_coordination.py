"""What the short-term tier does in a second: stashing, and tasks that are pushed, taken and done.

Beside calls a second stands the processor time of this process for each, which others on the machine disturb less. Each
figure is the median of three runs. Redis is the one that MUSTER_REDIS_URL names; without it that part is not measured.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from muster.domain.ports.short_term_store import ShortTermStore
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.coordination.board import Board
from muster.infrastructure.memory.coordination.embedded_board import EmbeddedBoard
from muster.infrastructure.memory.coordination.redis_board import RedisBoard
from muster.infrastructure.memory.coordination.task_queue import BoardTaskQueue
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.redis_short_term_store import RedisShortTermStore

REPEATS, AT_ONCE, EACH = 3, 100, 20
VALUE = {"finding": "an unchecked input", "line": 7}


async def measure(name: str, act: Callable[[int], Awaitable[object]]) -> None:
    """Print how often so many tasks at once do it in a second."""

    async def one(worker: int) -> None:
        for number in range(EACH):
            await act(worker * EACH + number)

    rates, costs, count = [], [], AT_ONCE * EACH
    await act(0)
    for _ in range(REPEATS):
        started, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one(worker) for worker in range(AT_ONCE)))
        rates.append(count / (time.perf_counter() - started))
        costs.append((time.process_time() - used) / count * 1e6)
    rate, cost = statistics.median(rates), statistics.median(costs)
    print(f"{name}, {AT_ONCE} at once: {rate:,.0f}/s, {cost:,.0f} µs of processor time each")


async def tier(name: str, store: ShortTermStore, board: Board) -> None:
    """Both of its parts."""
    queue = BoardTaskQueue(board)

    async def work(number: int) -> None:
        await queue.push("bench", number)
        lease = await queue.take("bench")
        assert lease is not None
        assert await queue.done(lease)

    await measure(f"{name}: stash", lambda number: store.stash(f"bench/{number}", VALUE))
    await measure(f"{name}: a task from push to done", work)


async def main(folder: Path, url: str | None) -> None:
    """Measure and print."""
    store, board = (
        EmbeddedShortTermStore(SystemClock(), folder / "s.db"),
        EmbeddedBoard(SystemClock(), folder / "b.db"),
    )
    await tier("file", store, board)
    store.close()
    board.close()
    if url is None:
        print("Redis: not measured, MUSTER_REDIS_URL names none")
        return
    client = RedisClient(url, patience=20)
    await tier("Redis", RedisShortTermStore(client, "bench"), RedisBoard(client, "bench"))
    client.close()


def bench_coordination() -> None:
    """All of it; Redis where it is named."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(main(Path(folder), os.environ.get("MUSTER_REDIS_URL")))


if __name__ == "__main__":
    bench_coordination()
