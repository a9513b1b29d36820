"""The real house behind the command line, with a model that plays a script and tools that are made up."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import anyio

from muster.container import Container, close_container, open_container
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying
from tests.unit.application.use_cases.test_run_task import FIRST, SECOND, team

T = TypeVar("T")
ANSWER = saying(json.dumps({"summary": "all looked at"}))
SCRIPT: list[Sequence[Step]] = [calling(("alpha", "{}")), ANSWER, calling(("beta", "{}")), ANSWER]
"""Two agents one after the other: a tool each, then an answer."""
TASK = ("review it", "--agents", "first,second", "--pattern", "sequential")


class Desk:
    """Somebody with a project of one file, and a data folder; `model` answers every call."""

    def __init__(self, home: Path) -> None:
        self.project = home / "project"
        self.project.mkdir()
        (self.project / "app.py").write_text("x = eval(y)\nz = 1\n")
        self.data = home / "data"
        self.model = ScriptedModel(*SCRIPT)
        self.opened: list[tuple[str, Mapping[str, object]]] = []

    @contextmanager
    def open_session(
        self, root: str = ".", overrides: Mapping[str, object] | None = None
    ) -> Iterator[Container]:
        """Take the place of `session.open_session`."""
        self.opened.append((root, dict(overrides or {})))
        adapters: dict[str, object] = {
            "host_model": self.model,
            "evidence_tools": self._tools(),
            "added_agents": team(),
        }
        flags = {"data_dir": str(self.data), "history": (overrides or {}).get("history")}
        container = open_container(root, flags, os.environ, adapters)
        try:
            yield container
        finally:
            close_container(container)

    @property
    def asked(self) -> int:
        """How often the model was called."""
        return len(self.model.requests)

    def plays(self, *scripts: Sequence[Step]) -> None:
        """From now on another model answers."""
        self.model = ScriptedModel(*scripts)

    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, the newest first."""

        async def look(journal: SqliteRunJournal) -> tuple[RunRecord, ...]:
            found = [await journal.load(line.id) for line in await journal.list()]
            return tuple(run for run in found if run)

        return self._in_journal(look)

    def records(self, run_id: str) -> tuple[Record, ...]:
        """What is recorded of a run."""
        return self._in_journal(lambda journal: journal.events(run_id))

    def crashed(self, run: RunRecord, records: Sequence[Record], run_id: str) -> str:
        """A run like `run` whose process ended when these records were written; its id."""
        lost = replace(run, id=run_id, status=RunStatus.INTERRUPTED, agents=(), report=None, finished_at=None)
        self._in_journal(lambda journal: journal.adopt(RunDump(lost, tuple(records))))
        return run_id

    def keep(self, run: RunRecord) -> None:
        """Put a run into the journal as it is."""
        self._in_journal(lambda journal: journal.adopt(RunDump(run)))

    def _in_journal(self, work: Callable[[SqliteRunJournal], Awaitable[T]]) -> T:
        journal = SqliteRunJournal(self.data / "runs.db")

        async def do() -> T:
            return await work(journal)

        try:
            return anyio.run(do)
        finally:
            journal.close()

    @staticmethod
    def _tools() -> list[FakeEvidence]:
        from muster.domain.agents.roster import ROSTER

        known = {"alpha", "beta", "search-workspace", "read-file"}
        others = dict.fromkeys(name for agent in ROSTER for name in agent.tools if name not in known)
        return [FakeEvidence("alpha", FIRST), FakeEvidence("beta", SECOND), *map(FakeEvidence, others)]
