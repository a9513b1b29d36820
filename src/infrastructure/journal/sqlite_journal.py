"""Runs in a SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import apsw
from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, RunRecord, RunReport, RunStatus, RunSummary, Verdict
from ...domain.ports.run_journal import RunJournal
from ..common.prefix import the_one
from ..common.sqlite import Database
from ..common.sqlite_errors import CORRUPT, FOREIGN
from .owner import Owner
from .selection import in_plan_order, summary_of, taken, unknown

APPLICATION_ID = 0x4D53544A  # "MSTJ"
SCHEMA_VERSION = 1
"""Of the JSON in plan, report and result."""
MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, schema_version INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
        status TEXT NOT NULL, task TEXT NOT NULL, root TEXT NOT NULL, verdict TEXT, score REAL,
        findings INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
        owner_host TEXT NOT NULL, owner_pid INTEGER NOT NULL, owner_started TEXT NOT NULL,
        plan TEXT NOT NULL, report TEXT
    );
    CREATE INDEX runs_by_time ON runs (started_at, id);
    CREATE TABLE agents (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, agent TEXT NOT NULL,
        schema_version INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY (run_id, agent)
    );
    """,
)
CREATE = """
INSERT INTO runs
    (id, schema_version, started_at, status, task, root, plan, owner_host, owner_pid, owner_started)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
RECORD = """
INSERT INTO agents (run_id, agent, schema_version, result) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (run_id, agent) DO UPDATE SET schema_version = ?3, result = ?4
"""
FINISH = """
UPDATE runs
SET status = ?2, finished_at = ?3, error = ?4, report = ?5, verdict = ?6, score = ?7, findings = ?8
WHERE id = ?1
"""
LIST = """
SELECT id, task, root, status, started_at, verdict, score, findings, owner_host, owner_pid, owner_started
FROM runs WHERE ?1 IS NULL OR status = ?1 ORDER BY started_at DESC, id DESC
"""
LOAD = """
SELECT
    schema_version, status, started_at, finished_at, error, plan, report, owner_host, owner_pid, owner_started
FROM runs WHERE id = ?
"""

T = TypeVar("T")
PLAN = TypeAdapter(ExecutionPlan)
RESULT = TypeAdapter(AgentResult)
REPORT = TypeAdapter(RunReport)


class SqliteRunJournal(RunJournal):
    """Each write is on the disk before it returns; several processes may use the same file.

    A run names the process that began it; once that is gone, a run still open reads as interrupted.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)

    async def create(self, run: RunRecord) -> None:
        """Open a run in the name of this process."""
        owner = Owner.current()
        values = (
            run.id, SCHEMA_VERSION, _moment(run.started_at), run.status.value, _text(run.plan.task),
            _text(run.plan.root), _json(PLAN, run.plan), owner.host, owner.pid, owner.started,
        )  # fmt: skip

        def work(connection: apsw.Connection) -> None:
            connection.execute(CREATE, values)
            if not connection.changes():
                raise taken(run.id)
            _record(connection, run.id, run.agents)

        await self._database.write(work)

    async def record(self, run_id: str, result: AgentResult) -> None:
        """Keep what one agent has done; a second result of the same agent replaces the first."""

        def work(connection: apsw.Connection) -> None:
            if not connection.execute("SELECT count(*) FROM runs WHERE id = ?", (run_id,)).get:
                raise unknown(run_id)
            _record(connection, run_id, (result,))

        await self._database.write(work)

    async def finish(self, run: RunRecord) -> None:
        """Keep the run's end; agents recorded before stay, those of `run` are the newer word."""
        line = summary_of(run)
        values = (
            run.id, run.status.value, _moment(run.finished_at) if run.finished_at else None, _text(run.error),
            _json(REPORT, run.report) if run.report else None, line.verdict, line.score, line.findings,
        )  # fmt: skip

        def work(connection: apsw.Connection) -> None:
            connection.execute(FINISH, values)
            if not connection.changes():
                raise unknown(run.id)
            _record(connection, run.id, run.agents)

        await self._database.write(work)

    async def load(self, run_id: str) -> RunRecord | None:
        """The run whose id is or begins with `run_id`."""
        return await self._database.read(lambda connection: _load(connection, run_id, self._database.path))

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first; runs that cannot be read any more are listed all the same."""
        return await self._database.read(lambda connection: tuple(_list(connection, limit, status)))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _record(connection: apsw.Connection, run_id: str, results: Iterable[AgentResult]) -> None:
    rows = [(run_id, result.agent, SCHEMA_VERSION, _json(RESULT, result)) for result in results]
    connection.executemany(RECORD, rows)


def _load(connection: apsw.Connection, prefix: str, path: Path) -> RunRecord | None:
    candidates = connection.execute(
        "SELECT id FROM runs WHERE ?1 <> '' AND substr(id, 1, length(?1)) = ?1 ORDER BY id", (_text(prefix),)
    )
    run_id = the_one("run", prefix, [known for (known,) in candidates])
    if run_id is None:
        return None
    row = connection.execute(LOAD, (run_id,)).fetchone()
    if row is None:  # gone between the two looks
        return None
    try:
        return _run(
            run_id,
            row,
            connection.execute(
                "SELECT schema_version, result FROM agents WHERE run_id = ? ORDER BY rowid", (run_id,)
            ),
        )
    except (ValidationError, ValueError) as error:
        hint = "other runs are not touched by this"
        message = f"run {run_id!r} in {str(path)!r} cannot be read"
        raise StorageError(message, code=CORRUPT, details={"cause": str(error)}, hint=hint) from error


def _run(run_id: str, row: tuple[Any, ...], results: Iterable[tuple[Any, ...]]) -> RunRecord:
    version, status, started, finished, error, plan_json, report, *owner = row
    plan = _parsed(PLAN, version, plan_json)
    agents = [_parsed(RESULT, version, result) for version, result in results]
    return RunRecord(
        id=run_id,
        plan=plan,
        status=_status(status, Owner(*owner)),
        started_at=datetime.fromisoformat(started),
        finished_at=datetime.fromisoformat(finished) if finished else None,
        agents=in_plan_order(plan, agents),
        report=_parsed(REPORT, version, report) if report else None,
        error=error,
    )


def _list(connection: apsw.Connection, limit: int, status: RunStatus | None) -> Iterator[RunSummary]:
    stored = RunStatus.RUNNING if status is RunStatus.INTERRUPTED else status
    left = limit
    for run_id, task, root, kept, started, verdict, score, findings, *owner in connection.execute(
        LIST, (stored,)
    ):
        if left <= 0:
            return
        now = _status(kept, Owner(*owner))
        if status in {None, now}:
            left -= 1
            began = datetime.fromisoformat(started)
            yield RunSummary(run_id, task, root, now, began, verdict and Verdict(verdict), score, findings)


def _status(stored: str, owner: Owner) -> RunStatus:
    status = RunStatus(stored)
    return RunStatus.INTERRUPTED if status is RunStatus.RUNNING and owner.is_gone() else status


def _moment(moment: datetime) -> str:
    """In UTC and of one length, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _text(text: str) -> str:
    """`text` as SQLite can keep it: half characters from the command line are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _json(adapter: TypeAdapter[T], value: T) -> str:
    """As ASCII, which keeps half characters; pydantic's own JSON refuses them."""
    return json.dumps(adapter.dump_python(value, mode="json"), separators=(",", ":"))


def _parsed(adapter: TypeAdapter[T], version: int, text: str) -> T:
    if version > SCHEMA_VERSION:
        raise StorageError("the run was written by a newer Muster", code=FOREIGN, hint="update Muster")
    return adapter.validate_python(json.loads(text))
