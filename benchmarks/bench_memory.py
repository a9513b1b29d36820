"""Long-term memory: what a search finds, how long it takes, and how much is written and read in a second.

Each time is the median of three runs. LoCoMo is read from MUSTER_LOCOMO or `../shared/data/locomo-dev.json`; every turn
of a dialogue is an entry, every session a conversation, every dialogue a store of its own.
"""

from __future__ import annotations

import asyncio
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


async def latency(store: LongTermStore) -> None:
    """Print how long searches take among many entries: words as frequent as in any text (Zipf), 20 an entry."""
    chance = random.Random(1)  # noqa: S311 - data to measure with
    words = [f"w{chance.getrandbits(40):x}" for _ in range(50_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    for first in range(0, ENTRIES, 1000):
        texts = [" ".join(chance.choices(words, weights, k=20)) for _ in range(1000)]
        await asyncio.gather(
            *[
                store.store(
                    f"e/{first + n}", None, text=text, origin=Origin(conversation=f"{(first + n) // 20}")
                )
                for n, text in enumerate(texts)
            ]
        )
    for _ in range(REPEATS):
        times = []
        for _ in range(300):
            query = Query(words=" ".join(chance.choices(words, weights, k=6)))
            started = time.perf_counter()
            await store.search(query)
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        print(f"search, {ENTRIES:,} entries: p50 {times[150]:.2f} ms, p95 {times[285]:.2f} ms (bar 5 ms)")


async def rate(act: Callable[[int], Awaitable[object]], each: int) -> float:
    """Calls a second of so many tasks at once, each with `each` calls one after the other; the median of the runs."""

    async def one(writer: int) -> None:
        for number in range(each):
            await act(writer * each + number)

    rates = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        await asyncio.gather(*[one(writer) for writer in range(WRITERS)])
        rates.append(WRITERS * each / (time.perf_counter() - started))
    return statistics.median(rates)


async def rates(folder: Path) -> None:
    """Print durable writes and reads a second."""
    store, files = SqliteLongTermStore(folder / "rates.db"), JsonFilesLongTermStore(folder / "files")
    value = {"finding": "an unchecked input", "line": 7}
    writes = await rate(lambda n: store.store(f"k/{n}", value), 100)
    reads = await rate(lambda n: store.retrieve(f"k/{n}"), 100)
    slow = await rate(lambda n: files.store(f"k/{n}", value), 3)
    print(f"durable writes, {WRITERS} at once: {writes:,.0f}/s (bar 5,000)")
    print(f"reads: {reads:,.0f}/s (bar 20,000)")
    print(f"durable writes of JSON files: {slow:,.0f}/s, {slow / writes:.2f} of SQLite's")
    store.close()


async def main(dialogues: list[dict[str, Any]]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        if dialogues:
            shares = [share for one in dialogues for share in await recall(one)]
            print(f"LoCoMo, {len(shares)} questions: recall@10 {statistics.mean(shares):.4f} (bar .77)")
        else:
            print(f"LoCoMo: not measured, {str(LOCOMO)!r} is not there")
        await rates(Path(place))
        store = SqliteLongTermStore(Path(place) / "many.db")
        await latency(store)
        store.close()


def bench_memory() -> None:
    """All of it; LoCoMo where it is."""
    asyncio.run(main(json.loads(LOCOMO.read_text()) if LOCOMO.exists() else []))


if __name__ == "__main__":
    bench_memory()
