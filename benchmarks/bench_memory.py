"""Long-term memory: what a search finds, how long it takes, and how much is written and read in a second.

Each rate is the median of three runs, and beside it what one core would do were it not shared: calls per second of the
process's own time, without waits for the disk. LoCoMo is read from MUSTER_LOCOMO or `../shared/data/locomo-dev.json`;
every turn of a dialogue is an entry, every session a conversation, every dialogue a store of its own.
JSON files are held against SQLite and against the bare calls that they cannot do without, all in turn in one run. With
MUSTER_BENCH_LARGE=1000000, searches among so many entries are measured too; to fill such a store takes minutes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.locomo import LOCOMO, remember, shares
from muster.domain.memory.entry import Origin, Query
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_batches import HANDS
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

ENTRIES = int(os.environ.get("MUSTER_BENCH_ENTRIES", "100000"))
LARGE = int(os.environ.get("MUSTER_BENCH_LARGE", "0"))
REPEATS, WRITERS = 3, 100
BARS = {False: 5, True: 30}
"""Milliseconds that a search may take among up to a hundred thousand entries, and beyond."""


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


async def latency(path: Path, words: Words, entries: int) -> None:
    """Print how long searches take among many entries of 20 words, 20 entries a conversation."""
    store = SqliteLongTermStore(path)
    for first in range(0, entries, 1000):
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
            f"search, {entries:,} entries: p50 {times[150]:.2f} ms, p95 {times[285]:.2f} ms "
            f"(bar {BARS[entries > 100_000]} ms); of processor time p50 {own[150]:.2f} ms, p95 {own[285]:.2f} ms"
        )
    store.close()
    print(f"{entries:,} entries: {size(path):.0f} MB in the file, {held():.0f} MB held at most")


def size(path: Path) -> float:
    """Of a file, in MB."""
    return path.stat().st_size / 1e6


def held() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Rate:
    """Calls a second, by the clock and by the process's own time, as often as they were measured."""

    def __init__(self) -> None:
        self._clock, self._own = list[float](), list[float]()

    async def add(self, act: Callable[[int], Awaitable[object]], each: int) -> None:
        """Of so many tasks with `each` calls in a row."""

        async def one(writer: int) -> None:
            for number in range(each):
                await act(writer * each + number)

        started, used = time.perf_counter(), time.process_time()
        await asyncio.gather(*[one(writer) for writer in range(WRITERS)])
        self.took(WRITERS * each, started, used)

    def took(self, calls: int, started: float, used: float) -> None:
        """So many calls since then."""
        self._clock.append(calls / (time.perf_counter() - started))
        self._own.append(calls / (time.process_time() - used))

    @property
    def clock(self) -> float:
        """The median."""
        return statistics.median(self._clock)

    @property
    def own(self) -> float:
        """The median, per second of a core."""
        return statistics.median(self._own)


class Bare:
    """What JSON files cannot do without: files written and synced at once, renamed, and their folder synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._hands = ThreadPoolExecutor(HANDS)

    def write(self, contents: list[bytes]) -> None:
        """All of them, each hand its share."""
        list(self._hands.map(lambda hand: self._share(contents, hand, self._prepare), range(HANDS)))
        list(self._hands.map(lambda hand: self._share(contents, hand, self._finish), range(HANDS)))
        self._sync(os.open(self._folder, os.O_RDONLY))

    def _share(self, contents: list[bytes], hand: int, do: Callable[[int, bytes], None]) -> None:
        for number in range(hand, len(contents), HANDS):
            do(number, contents[number])

    def _prepare(self, number: int, content: bytes) -> None:
        descriptor = os.open(self._folder / f"{number}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, content)
        self._sync(descriptor)

    def _finish(self, number: int, content: bytes) -> None:
        (self._folder / f"{number}.new").replace(self._folder / str(number))

    def _sync(self, descriptor: int) -> None:
        os.fsync(descriptor)
        os.close(descriptor)


async def rates(folder: Path, words: Words) -> None:
    """Print durable writes and reads a second."""
    store, files = SqliteLongTermStore(folder / "rates.db"), JsonFilesLongTermStore(folder / "files")
    values = [{"finding": words.text(8), "line": number} for number in range(WRITERS * 100)]
    writes, reads, slow, least = Rate(), Rate(), Rate(), Rate()
    bare, contents = Bare(folder / "bare"), [json.dumps(one).ljust(700).encode() for one in values[:WRITERS]]
    for _ in range(REPEATS):
        await writes.add(lambda n: store.store(f"k/{n}", values[n]), 100)
        await reads.add(lambda n: store.retrieve(f"k/{n}"), 100)
        await slow.add(lambda n: files.store(f"k/{n}", values[n]), 5)
        started, used = time.perf_counter(), time.process_time()
        for _ in range(5):
            await asyncio.to_thread(bare.write, contents)
        least.took(WRITERS * 5, started, used)
    print(
        f"durable writes, {WRITERS} at once: {writes.clock:,.0f}/s (bar 5,000); per second of a core {writes.own:,.0f}"
    )
    print(f"reads: {reads.clock:,.0f}/s (bar 20,000); per second of a core {reads.own:,.0f}")
    print(
        f"durable writes of JSON files: {slow.clock:,.0f}/s, {slow.clock / writes.clock:.2f} of SQLite's "
        f"(bar about .33); per second of a core {slow.own:,.0f}"
    )
    print(
        f"the bare calls for as many files: {least.clock:,.0f}/s, {least.clock / writes.clock:.2f} of SQLite's; "
        f"JSON files reach {slow.clock / least.clock:.2f} of that; per second of a core {least.own:,.0f}"
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
        await latency(Path(place) / "many.db", words, ENTRIES)
        if LARGE:
            await latency(Path(place) / "large.db", words, LARGE)
        else:
            print("search among a million entries: not measured, MUSTER_BENCH_LARGE says nothing")


def bench_memory() -> None:
    """All of it; LoCoMo where it is."""
    asyncio.run(main(json.loads(LOCOMO.read_text()) if LOCOMO.exists() else []))


if __name__ == "__main__":
    bench_memory()
