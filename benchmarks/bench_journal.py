"""What recording every step of a run costs: many runs at once, one step after another, and taking up a long run.

The floor in the same run is SQLite alone: as many transactions, each with its own wait for the disk, in a plain loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import apsw

from muster.domain.journal.record import Record, RecordKind
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.builders import plan

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
AT_ONCE, RUNS, STEPS, WAIT = 1000, 3000, 5, 0.05
ALONE, LONG, FLOOR = 500, 1000, 500
BARS = {
    "runs/s": (1500.0, "at least"),
    "lag ms": (100.0, "under"),
    "memory MB": (60.0, "under"),
    "step CPU ms": (1.0, "under"),
    "open s": (0.2, "under"),
}
PAYLOAD = json.dumps({"text": "what a language model said " * 8, "usage": {"input": 812, "output": 164}})
NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)


def bench_journal() -> None:
    """Print medians over rounds, each in a fresh process, next to the bars."""
    rounds = [_fresh("all") for _ in range(ROUNDS)]
    print(
        f"\njournal, {ROUNDS} rounds, medians: {AT_ONCE} runs at once of {STEPS} steps, {WAIT * 1000:.0f} ms apart"
    )
    for name in rounds[0]:
        value = statistics.median(told[name] for told in rounds)
        bar, words = BARS.get(name, (None, ""))
        held = "" if bar is None else f"   bar: {words} {bar:g}: {_verdict(value, bar, words)}"
        print(f"  {name:<22} {value:10.2f}{held}")
    ratio = statistics.median(told["steps/s"] / told["floor commits/s"] for told in rounds)
    print(
        f"  {'× SQLite alone':<22} {ratio:10.2f}   durable steps a second, to one commit each in a plain loop"
    )
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"  load of the machine {load}: what others do there counts against runs/s and lag; no peer is measured"
    )


def _verdict(value: float, bar: float, words: str) -> str:
    return "kept" if (value >= bar if words == "at least" else value < bar) else "MISSED"


def _fresh(what: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_journal", what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


async def crowd(journal: SqliteRunJournal) -> dict[str, float]:
    """As many runs as there are, `AT_ONCE` of them at any time."""
    team, lags = plan("one"), [0.0]
    numbers = iter(range(RUNS))

    async def driver() -> None:
        for number in numbers:
            await _one(journal, RunRecord(f"run-{number:05}", team, RunStatus.RUNNING, NOW))

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - before - 0.005)

    watcher = asyncio.create_task(watch())
    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(driver() for _ in range(AT_ONCE)))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    watcher.cancel()
    steps = RUNS * (STEPS + 2)
    return {
        "runs/s": RUNS / seconds,
        "steps/s": steps / seconds,
        "lag ms": max(lags) * 1000,
        "CPU µs a write": cpu / steps * 1e6,
    }


async def _one(journal: SqliteRunJournal, run: RunRecord) -> None:
    epoch = await journal.create(run)
    for number in range(1, STEPS + 1):
        await asyncio.sleep(WAIT)
        await journal.append(run.id, epoch, [_record(number, epoch)])
    await journal.finish(replace(run, status=RunStatus.COMPLETED, finished_at=NOW), epoch)


def _record(number: int, epoch: int) -> Record:
    return Record(number, RecordKind.RESULT, f"agent#1/iteration 1/call {number}", NOW, epoch, PAYLOAD)


async def alone(journal: SqliteRunJournal, team: ExecutionPlan) -> dict[str, float]:
    """One step after another, and then all of them taken up again."""
    run = RunRecord("run-alone", team, RunStatus.RUNNING, NOW)
    epoch = await journal.create(run)
    cpu = time.process_time()
    for number in range(1, ALONE + 1):
        await journal.append(run.id, epoch, [_record(number, epoch)])
    cpu = time.process_time() - cpu
    await journal.append(run.id, epoch, [_record(number, epoch) for number in range(ALONE + 1, LONG + 1)])
    await journal.finish(replace(run, status=RunStatus.FAILED, finished_at=NOW), epoch)
    started = time.perf_counter()
    opened = await journal.open(run.id)
    seconds = time.perf_counter() - started
    assert len(opened.records) == LONG
    return {"step CPU ms": cpu / ALONE * 1000, "open s": seconds}


def floor(path: Path) -> dict[str, float]:
    """SQLite alone: the same row, one transaction and one wait for the disk each."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").fetchall()
    connection.execute(
        "CREATE TABLE records (run TEXT, number INTEGER, payload TEXT, PRIMARY KEY (run, number))"
    )
    started = time.perf_counter()
    for number in range(FLOOR):
        connection.execute("INSERT INTO records VALUES (?, ?, ?)", ("run", number, PAYLOAD))
    seconds = time.perf_counter() - started
    connection.close()
    return {"floor commits/s": FLOOR / seconds}


def measure() -> dict[str, float]:
    """Everything once, in this process."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        journal = SqliteRunJournal(Path(folder) / "runs.db")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told = asyncio.run(crowd(journal))
        told["memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told["of them for it MB"] = told["memory MB"] - before / 1024
        told |= asyncio.run(alone(journal, plan("one")))
        journal.close()
        return told | floor(Path(folder) / "floor.db")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure()))
    else:
        bench_journal()
