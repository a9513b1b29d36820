"""The process that is killed: it opens Muster, begins or takes up all runs at once, and says at its end what came.

python -m tests.chaos.driver FOLDER URL RUNS
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from muster import Muster, RunStatus
from muster.container import close_container, close_models, open_container
from muster.domain.errors import ErrorKind, MusterError, StorageError
from muster.domain.journal.record import Record, RecordKind
from muster.domain.ledger.entry import Grouping
from muster.domain.models.attempt import Attempt
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import AgentStatus, RunRecord
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.evidence import FakeEvidence

from .team import AGENTS, EVIDENCE, PATTERNS, Tools, host_tools, number_of, options_of, plan_of, templates

OUTCOME, KEYS = (
    "outcome.json",
    {"OPENAI_API_KEY": "sk-test-not-a-key-1", "ANTHROPIC_API_KEY": "sk-test-not-a-key-2"},
)
DATA, PROJECT = "data", "project"
EVERYTHING = 100_000


@dataclass(frozen=True)
class Ended:
    """How one run ended, as its caller was told."""

    number: int
    run_id: str
    status: str
    error: str
    agents: tuple[str, ...] = ()
    repeated: int = 0
    answered: int = 0
    lost: int = 0
    cost: str = "0"


class ForgetfulJournal(SqliteRunJournal):
    """Breaks its promise on purpose, to see that the crash test notices: every fifth result is not kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._random = random.Random(0)

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep them, but for some."""
        kept = [one for one in records if one.kind is not RecordKind.RESULT or self._random.random() > 0.2]
        if kept:
            await super().append(run_id, epoch, kept)


class Driver:
    """Drives all runs of a folder in one process."""

    def __init__(self, app: Muster, project: str, runs: int) -> None:
        self._app = app
        self._project = project
        self._runs = runs

    async def drive(self) -> list[Ended]:
        """Take up what was interrupted by its id, and ask for all the others by their keys."""
        plans = [await self._plan(pattern) for pattern in PATTERNS]
        by_id = await self._interrupted()
        return list(
            await asyncio.gather(
                *(self._one(number, plans, by_id.get(number)) for number in range(self._runs))
            )
        )

    async def _plan(self, pattern: str) -> ExecutionPlan:
        return await self._app.plan_task("Review it.", self._project, agents=AGENTS, pattern=pattern)

    async def _interrupted(self) -> dict[int, str]:
        lines = [line for line in await self._app.runs(EVERYTHING) if line.status is RunStatus.INTERRUPTED]
        found: dict[int, str] = {}
        for line in lines:
            with suppress(StorageError):  # one that is damaged is asked for by its key, and tells of it there
                run = await self._app.show_run(line.id)
                found[number_of(run)] = run.id
        return {number: run_id for number, run_id in found.items() if number % 2}

    async def _one(self, number: int, plans: list[ExecutionPlan], run_id: str | None) -> Ended:
        try:
            if run_id is not None:
                run = await self._app.resume_run(run_id)
            else:
                run = await self._app.run_task(plan_of(number, plans), options=options_of(number))
            while run.status is RunStatus.WAITING:
                await self._decide(number, run)
                run = await self._app.resume_run(run.id)
        except MusterError as error:
            return Ended(number, "", "refused", str(error))
        return ended(number, run)

    async def _decide(self, number: int, run: RunRecord) -> None:
        """Half of those who are asked want a step in doubt made again; what was answered before holds."""
        try:
            await self._app.answer_run(run.id, approved=number % 4 < 2, who="the controller")
        except MusterError as error:
            if error.code != "nothing-asked":
                raise


def ended(number: int, run: RunRecord) -> Ended:
    """What a run says of itself."""
    attempts: list[Attempt] = [attempt for agent in run.agents for attempt in agent.attempts]
    failed = [f"{one.agent}: {one.error}" for one in run.agents if one.status is not AgentStatus.COMPLETED]
    return Ended(
        number,
        run.id,
        run.status.value,
        "; ".join(filter(None, [run.error, *failed])),
        tuple(agent.status.value for agent in run.agents),
        run.repeated,
        sum(attempt.ok for attempt in attempts),
        sum(attempt.error is ErrorKind.LOST for attempt in attempts),
        str(run.cost),
    )


class NarrowJournal(SqliteRunJournal):
    """Its file has a limit, as on a disk that is full."""

    async def limit(self, pages: int) -> None:
        """Let the file have no more than so many pages."""
        await self._database.read(lambda connection: connection.pragma("max_page_count", pages))


async def spent(app: Muster) -> str:
    """US dollars in the ledger; a disk that is full has no room to read it either."""
    try:
        return str((await app.costs(Grouping.RUN)).total.cost)
    except StorageError:
        return "0"


async def work(folder: Path, url: str, runs: int, journal: SqliteRunJournal) -> None:
    """Drive everything and write down the outcome."""
    settings = {
        "data_dir": str(folder / DATA),
        "model": "openai",
        "tiers": {"cheap": "anthropic"},
        "retries": 0,
        "providers": {"openai": {"url": f"{url}/v1"}, "anthropic": {"url": url}},
    }
    adapters: dict[str, object] = {
        "evidence_tools": (FakeEvidence(EVIDENCE),),
        "added_agents": tuple(templates()),
        "host_tools": host_tools(Tools(folder)),
        "journal": journal,
    }
    container = open_container(str(folder / PROJECT), settings, KEYS, adapters)
    app = Muster(container, str(folder / PROJECT))
    try:
        outcome = await Driver(app, str(folder / PROJECT), runs).drive()
        ledger = await spent(app)
    finally:
        await close_models(container)
        close_container(container)
    told = {"runs": [asdict(one) for one in outcome], "ledger": ledger}
    (folder / OUTCOME).write_text(json.dumps(told))


async def begin(given: argparse.Namespace) -> None:
    """Choose the journal, and work with it."""
    path = given.folder / DATA / "runs.db"
    journal = ForgetfulJournal(path) if given.forgetful else NarrowJournal(path)
    try:
        if given.pages and isinstance(journal, NarrowJournal):
            await journal.limit(given.pages)
        await work(given.folder, given.url, given.runs, journal)
    finally:
        journal.close()


def main() -> None:
    """Read the options, and work."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("url")
    options.add_argument("runs", type=int)
    options.add_argument("--forgetful", action="store_true")
    options.add_argument("--pages", type=int, default=0)
    asyncio.run(begin(options.parse_args()))


if __name__ == "__main__":
    main()
