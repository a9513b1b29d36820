"""What durable steps cost: a thousand runs at once, one step after another, and taking up a long run again.

Runs are flows over the SQLite journal, as the engine makes them. Each figure has its floors in the same round: the same
waiting without a journal, SQLite alone with a wait for the disk for each row, and SQLite with one wait for a thousand.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import apsw

from muster.application.flow.book import FlowBook
from muster.application.flow.codec import Codec
from muster.application.flow.flow import Flow
from muster.domain.journal.opened import OpenedRun
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from muster.presentation.cli.run_async import calm_collector
from tests.fakes.builders import plan

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = max(3, int(os.environ.get("BENCH_ROUNDS", "3")))
AT_ONCE, STEPS, TICK = 1000, 5, 0.005
RUNS = {"crowd": 6000, "calm": 6000, "slow": 4000}
WAITS = {"crowd": 0.01, "calm": 0.01, "slow": 0.05}
"""Seconds that a step waits: 50 ms a run, and, in the slow crowd, 50 ms a step."""
ALONE, LONG, FLOOR = 500, 1000, 300
TEXT: Codec[str] = Codec(str)
SAID = "what a language model said, in a paragraph of its own. " * 10
NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)
CLOCK = SystemClock()
BARS = {
    "crowd: runs/s": (1500.0, "at least"),
    "crowd: loop's lag, ms": (100.0, "under"),
    "crowd: memory, MB": (60.0, "under"),
    "calm: runs/s": (1500.0, "at least"),
    "calm: loop's lag, ms": (100.0, "under"),
    "calm: memory, MB": (60.0, "under"),
    "one step: CPU, ms": (1.0, "under"),
    "resume of 1,000 steps, s": (0.5, "under"),
}


def bench_engine() -> None:
    """Print medians over rounds, each part in a fresh process, next to the bars."""
    rounds = [measured() for _ in range(ROUNDS)]
    load = os.getloadavg()[0]
    print(f"\nengine, {ROUNDS} rounds, medians (least to most); load {load:.1f} on {os.cpu_count()} cores")
    short, long = WAITS["crowd"] * 1000, WAITS["slow"] * 1000
    print(f"  {AT_ONCE} runs at once, of {STEPS} steps that wait {short:.0f} ms each (slow: {long:.0f} ms)")
    for name in rounds[0]:
        values = sorted(told[name] for told in rounds)
        print(
            f"  {name:<34} {statistics.median(values):10.2f}  ({values[0]:.2f} to {values[-1]:.2f}){_bar(name, values)}"
        )
    print("  DBOS, LangGraph's SQLite checkpointer: not measured here")


def _bar(name: str, values: list[float]) -> str:
    if name not in BARS:
        return ""
    bar, words = BARS[name]
    value = statistics.median(values)
    kept = value >= bar if words == "at least" else value < bar
    return f"   bar: {words} {bar:g}: {'ok' if kept else 'MISSED'}"


def measured() -> dict[str, float]:
    """Every part once."""
    told: dict[str, float] = {}
    for part in PARTS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_engine", part],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        told |= json.loads(done.stdout.splitlines()[-1])
    return told


async def waited(seconds: float) -> str:
    """What a step does."""
    await asyncio.sleep(seconds)
    return SAID


async def one_run(journal: SqliteRunJournal, run: RunRecord, wait: float) -> None:
    """Create, five steps, finish."""
    flow = Flow(FlowBook(journal, OpenedRun(run, await journal.create(run)), CLOCK), CLOCK)
    branch = flow.branch("agent#1")
    for number in range(STEPS):
        await branch.step(f"model/{number}", lambda: waited(wait), TEXT)
    await journal.finish(replace(run, status=RunStatus.COMPLETED, finished_at=NOW), flow.book.epoch)


async def bare_run(wait: float) -> None:
    """The same waiting, and nothing kept."""
    for _ in range(STEPS):
        await waited(wait)


async def at_once(works: Iterable[Callable[[], Awaitable[None]]]) -> tuple[float, float]:
    """Seconds that it took with `AT_ONCE` at any time, and the worst lag of the event loop."""
    left, lags = iter(works), [0.0]

    async def worker() -> None:
        for work in left:
            await work()

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            lags.append(time.perf_counter() - before - TICK)

    watcher = asyncio.create_task(watch())
    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - started
    watcher.cancel()
    return seconds, max(lags)


def crowd(folder: Path, name: str = "crowd") -> dict[str, float]:
    """A thousand runs at any time."""
    runs, wait, team = RUNS[name], WAITS[name], plan("one")
    journal = SqliteRunJournal(folder / "runs.db")
    asyncio.run(at_once([lambda: one_run(journal, _run("run-first", team), 0.0)]))
    cpu = time.process_time()
    works = (_work(journal, _run(f"run-{number:05}", team), wait) for number in range(runs))
    seconds, lag = asyncio.run(at_once(works))
    cpu = time.process_time() - cpu
    journal.close()
    return {
        f"{name}: runs/s": runs / seconds,
        f"{name}: loop's lag, ms": lag * 1000,
        f"{name}: memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        f"{name}: CPU a write, µs": cpu / (runs * (STEPS + 2)) * 1e6,
    }


def calm(folder: Path) -> dict[str, float]:
    """As `crowd`, with Python's garbage collector as the command line sets it."""
    gc.collect()
    calm_collector()
    return crowd(folder, "calm")


def slow(folder: Path) -> dict[str, float]:
    """As `crowd`, with longer steps."""
    return crowd(folder, "slow")


def bare(folder: Path) -> dict[str, float]:
    """The floors: no journal; and SQLite alone, by itself and with commits shared."""
    seconds, lag = asyncio.run(at_once((lambda: bare_run(WAITS["crowd"])) for _ in range(RUNS["crowd"])))
    alone, shared = _commits(folder / "alone.db", FLOOR, 1), _commits(folder / "shared.db", FLOOR * 100, 1000)
    return {
        "floor: runs/s, nothing kept": RUNS["crowd"] / seconds,
        "floor: lag, nothing kept, ms": lag * 1000,
        "floor: SQLite, a commit each, /s": alone,
        "floor: SQLite, 1,000 a commit, /s": shared,
    }


def alone(folder: Path) -> dict[str, float]:
    """One step after another, and then all of a long run taken up again."""

    async def work() -> dict[str, float]:
        journal = SqliteRunJournal(folder / "runs.db")
        run = _run("run-long", plan("one"))
        flow = Flow(FlowBook(journal, OpenedRun(run, await journal.create(run)), CLOCK), CLOCK)
        cpu, started = time.process_time(), time.perf_counter()
        for number in range(ALONE):
            await flow.step(f"agent#1/model/{number}", lambda: waited(0), TEXT)
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - started
        for number in range(ALONE, LONG):
            await flow.step(f"agent#1/model/{number}", lambda: waited(0), TEXT)
        await journal.finish(replace(run, status=RunStatus.FAILED, finished_at=NOW), flow.book.epoch)
        journal.close()
        return {"one step: CPU, ms": cpu / ALONE * 1000, "one step: wall, ms": seconds / ALONE * 1000}

    async def again() -> dict[str, float]:
        started = time.perf_counter()
        journal = SqliteRunJournal(folder / "runs.db")
        flow = Flow(FlowBook(journal, await journal.open("run-long"), CLOCK), CLOCK)
        for number in range(LONG):
            assert await flow.step(f"agent#1/model/{number}", never, TEXT) == SAID
        seconds = time.perf_counter() - started
        journal.close()
        return {"resume of 1,000 steps, s": seconds}

    return asyncio.run(work()) | asyncio.run(again())


async def never() -> str:
    """What must not be done again."""
    raise AssertionError("a recorded step was made again")


def _work(journal: SqliteRunJournal, run: RunRecord, wait: float) -> Callable[[], Awaitable[None]]:
    return lambda: one_run(journal, run, wait)


def _run(name: str, team: ExecutionPlan) -> RunRecord:
    return RunRecord(name, team, RunStatus.RUNNING, NOW)


def _commits(path: Path, rows: int, together: int) -> float:
    """Rows a second, so many in a transaction, each of which waits for the disk."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").fetchall()
    connection.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, payload TEXT)")
    started = time.perf_counter()
    for first in range(0, rows, together):
        with connection:
            connection.executemany(
                "INSERT INTO records VALUES (?, ?)",
                ((number, SAID) for number in range(first, first + together)),
            )
    seconds = time.perf_counter() - started
    connection.close()
    return rows / seconds


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {
    "bare": bare,
    "crowd": crowd,
    "calm": calm,
    "slow": slow,
    "alone": alone,
}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as place:
            print(json.dumps(PARTS[sys.argv[1]](Path(place))))
    else:
        bench_engine()
