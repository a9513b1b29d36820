"""What is known from outside after a kill: the journal as it lies on the disk, and the logs of server and tools."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from muster.domain.journal.record import Record, RecordKind
from muster.domain.orchestration.run import RunRecord
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal

from .driver import DATA, EVERYTHING
from .team import LINES, LOOK, LOOKS, WRITE, number_of

ASKED = "asked.jsonl"
JOURNAL = "runs.db"
MODEL = "model"
DONE = frozenset({RecordKind.RESULT, RecordKind.AGENT})


@dataclass(frozen=True)
class Logs:
    """Steps in the order in which they reached the provider, the reading tool and the writing tool."""

    asked: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def after(self, before: Logs) -> Logs:
        """What has come since."""
        return Logs(
            self.asked[len(before.asked) :], self.looks[len(before.looks) :], self.lines[len(before.lines) :]
        )


@dataclass(frozen=True)
class Step:
    """What the journal tells of one call of a model or a tool."""

    what: str
    announced: int = 0
    result: str | None = None

    @property
    def open(self) -> bool:
        """Whether it was announced, and nothing tells how it ended."""
        return self.announced > 0 and self.result is None


@dataclass(frozen=True)
class Kept:
    """One run in the journal; `steps` by "run/agent/round" for each kind of call."""

    run: RunRecord
    records: tuple[Record, ...]
    steps: dict[tuple[str, str], Step] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """Everything that outlasts a kill, at one moment."""

    runs: dict[int, Kept]
    logs: Logs
    doubled: tuple[int, ...] = ()

    def done(self, what: str) -> set[str]:
        """Steps of a kind whose results are recorded, or whose agent's is."""
        return {
            name
            for kept in self.runs.values()
            for (kind, name), step in kept.steps.items()
            if kind == what and step.result is not None
        }

    def open(self, what: str) -> set[str]:
        """Steps of a kind that are under way, as far as the journal knows."""
        return {
            name
            for kept in self.runs.values()
            for (kind, name), step in kept.steps.items()
            if kind == what and step.open
        }


def read_logs(folder: Path) -> Logs:
    """The logs as they are now."""
    return Logs(_steps(folder / ASKED), _steps(folder / LOOKS), _steps(folder / LINES))


def _steps(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return tuple(str(json.loads(line)["step"]) for line in whole.splitlines())


def copied(folder: Path, to: Path) -> Path:
    """A copy of the journal with all its side files, so that looking at it changes nothing."""
    to.mkdir(parents=True, exist_ok=True)
    for file in (folder / DATA).glob(f"{JOURNAL}*"):
        shutil.copy2(file, to / file.name)
    return to / JOURNAL


def take(folder: Path, to: Path) -> Snapshot:
    """Logs and journal; nobody may be at work."""
    return asyncio.run(_take(copied(folder, to), read_logs(folder)))


async def _take(path: Path, logs: Logs) -> Snapshot:
    runs: dict[int, Kept] = {}
    doubled: list[int] = []
    for kept in await read_journal(path):
        number = number_of(kept.run)
        doubled += [number] if number in runs else []
        runs[number] = kept
    return Snapshot(runs, logs, tuple(doubled))


async def read_journal(path: Path) -> list[Kept]:
    """Every run of a journal with all its records; whatever cannot be read raises StorageError."""
    journal = SqliteRunJournal(path)
    try:
        found = []
        for line in await journal.list(EVERYTHING):
            run = await journal.load(line.id)
            assert run is not None
            records = await journal.events(line.id, 0, EVERYTHING)
            found.append(Kept(run, records, steps_of(number_of(run), records)))
        return found
    finally:
        journal.close()


def steps_of(number: int, records: tuple[Record, ...]) -> dict[tuple[str, str], Step]:
    """Calls by kind and by the name that the provider and the tools know them by."""
    announced: Counter[tuple[str, str]] = Counter()
    results: dict[tuple[str, str], str] = {}
    for record in records:
        name = _name(number, record)
        if name is None:
            continue
        announced[name] += record.kind is RecordKind.INTENT
        if record.kind in DONE:
            results[name] = record.payload
    return {name: Step(name[0], announced[name], results.get(name)) for name in {*announced, *results}}


def _name(number: int, record: Record) -> tuple[str, str] | None:
    """`first#1/model/2` of run 7 is ("model", "7/first/2"); a tool's kind follows from its round."""
    place, _, call = record.key.partition("#1/")
    kind, _, rest = call.partition("/")
    agent, round_ = place.rpartition("/")[2], rest.partition("/")[0]
    if kind == MODEL:
        return MODEL, f"{number}/{agent}/{round_}"
    if kind == "tool":
        return (LOOK if round_ == "1" else WRITE), f"{number}/{agent}/{round_}"
    return None
