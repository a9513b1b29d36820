"""Long-term memory: what a search finds, how long it takes, and how much is written and read in a second.

Each rate is the median of three runs, and beside it what one core would do were it not shared: calls per second of the
process's own time, without waits for the disk. LoCoMo is read from MUSTER_LOCOMO or `../shared/data/locomo-dev.json`;
every turn of a dialogue is an entry, every session a conversation, every dialogue a store of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.locomo import LOCOMO, remember, shares
from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

ENTRIES = int(os.environ.get("MUSTER_BENCH_ENTRIES", "100000"))
REPEATS, WRITERS = 3, 100


async def recall(dialogue: dict[str, Any]) -> list[float]:
    """Of each question, the share of its evidence among the first ten hits."""
    store = InProcessLongTermStore()
    await remember(store, dialogue)
    return await shares(store, dialogue)


class Words:
    """Text in which words are as frequent as in any text (Zipf), each entry's its own."""

    def __init__(self) -> None:
        self._chance = random.Random(1)  # noqa: S311 - data to measure with
        self._words = [f"w{self._chance.getrandbits(40):x}" for _ in range(50_000)]
        self._sums = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(self._words))))

    def text(self, count: int) -> str:
        """So many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._sums, k=count))


async def latency(store: LongTermStore, words: Words) -> None:
    """Print how long searches take among many entries of 20 words, 20 entries a conversation."""
    for first in range(0, ENTRIES, 1000):
        await asyncio.gather(
            *[
                store.store(
                    f"e/{number}", None, text=words.text(20), origin=Origin(conversation=f"{number // 20}")
                )
                for number in range(first, first + 1000)
            ]
        )
    for _ in range(REPEATS):
        times, own = [], []
        for _ in range(300):
            query = Query(words=words.text(6))
            started, used = time.perf_counter(), time.process_time()
            await store.search(query)
            times.append((time.perf_counter() - started) * 1000)
            own.append((time.process_time() - used) * 1000)
        times.sort()
        own.sort()
        print(
            f"search, {ENTRIES:,} entries: p50 {times[150]:.2f} ms, p95 {times[285]:.2f} ms (bar 5 ms); "
            f"of processor time p50 {own[150]:.2f} ms, p95 {own[285]:.2f} ms"
        )


async def rate(act: Callable[[int], Awaitable[object]], each: int) -> tuple[float, float]:
    """Calls a second, by the clock and by the process's own time, of so many tasks with `each` calls in a row."""

    async def one(writer: int) -> None:
        for number in range(each):
            await act(writer * each + number)

    rates = []
    for _ in range(REPEATS):
        started, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*[one(writer) for writer in range(WRITERS)])
        calls = WRITERS * each
        rates.append((calls / (time.perf_counter() - started), calls / (time.process_time() - used)))
    return statistics.median(clock for clock, _ in rates), statistics.median(own for _, own in rates)


async def rates(folder: Path, words: Words) -> None:
    """Print durable writes and reads a second."""
    store, files = SqliteLongTermStore(folder / "rates.db"), JsonFilesLongTermStore(folder / "files")
    values = [{"finding": words.text(8), "line": number} for number in range(WRITERS * 100)]
    writes, own = await rate(lambda n: store.store(f"k/{n}", values[n]), 100)
    print(f"durable writes, {WRITERS} at once: {writes:,.0f}/s (bar 5,000); per second of a core {own:,.0f}")
    reads, own = await rate(lambda n: store.retrieve(f"k/{n}"), 100)
    print(f"reads: {reads:,.0f}/s (bar 20,000); per second of a core {own:,.0f}")
    slow, own = await rate(lambda n: files.store(f"k/{n}", values[n]), 5)
    print(
        f"durable writes of JSON files: {slow:,.0f}/s, {slow / writes:.2f} of SQLite's (bar about .33); "
        f"per second of a core {own:,.0f}"
    )
    store.close()


async def main(dialogues: list[dict[str, Any]]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        if dialogues:
            shares = [share for one in dialogues for share in await recall(one)]
            print(f"LoCoMo, {len(shares)} questions: recall@10 {statistics.mean(shares):.4f} (bar .77)")
        else:
            print(f"LoCoMo: not measured, {str(LOCOMO)!r} is not there")
        words = Words()
        await rates(Path(place), words)
        store = SqliteLongTermStore(Path(place) / "many.db")
        await latency(store, words)
        store.close()


def bench_memory() -> None:
    """All of it; LoCoMo where it is."""
    asyncio.run(main(json.loads(LOCOMO.read_text()) if LOCOMO.exists() else []))


if __name__ == "__main__":
    bench_memory()
