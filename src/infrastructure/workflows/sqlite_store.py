"""Workflows in a SQLite file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError
from ...domain.orchestration.run import Verdict
from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.course import line_of
from ...domain.workflows.state import WorkflowLine, WorkflowState, WorkflowStatus
from ..common.prefix import the_one
from ..common.sqlite import Database
from ..common.sqlite_errors import CORRUPT, FOREIGN
from .overtaken import overtaken

APPLICATION_ID = 0x4D535457  # "MSTW"
SCHEMA_VERSION = 1
"""Of the JSON in `state`."""
MIGRATIONS = (
    """
    CREATE TABLE workflows (
        begun INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
        schema_version INTEGER NOT NULL, name TEXT NOT NULL, root TEXT NOT NULL, status TEXT NOT NULL,
        started_at TEXT NOT NULL, done INTEGER NOT NULL, stages INTEGER NOT NULL, verdict TEXT,
        state TEXT NOT NULL
    );
    """,
)
INSERT = """
INSERT INTO workflows (id, revision, schema_version, name, root, status, started_at, done, stages, verdict, state)
VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING RETURNING revision
"""
UPDATE = """
UPDATE workflows SET revision = revision + 1, schema_version = ?2, status = ?5, done = ?7, verdict = ?9, state = ?10
WHERE id = ?1 AND revision = ?11 RETURNING revision
"""
FIND = "SELECT id FROM workflows WHERE ?1 <> '' AND substr(id, 1, length(?1)) = ?1 ORDER BY id"
LOAD = "SELECT schema_version, revision, state FROM workflows WHERE id = ?"
LIST = """
SELECT id, name, root, status, started_at, done, stages, verdict FROM workflows ORDER BY begun DESC LIMIT ?
"""

WHOLE = TypeAdapter(WorkflowState)


class SqliteWorkflowStore(WorkflowStore):
    """One row a workflow, on the disk before `save` returns; several processes may use the same file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)

    async def save(self, state: WorkflowState) -> WorkflowState:
        """Keep `state`, unless somebody has kept a later one."""
        values = _row(state)
        query, given = (UPDATE, (*values, state.revision)) if state.revision else (INSERT, values)
        rows = await self._database.write(lambda c: c.execute(query, given).fetchall())
        if not rows:
            raise overtaken(state)
        return replace(state, revision=state.revision + 1)

    async def load(self, workflow_id: str) -> WorkflowState | None:
        """The workflow whose id is or begins with `workflow_id`; raises StorageError if damaged."""
        return await self._database.read(lambda c: _load(c, workflow_id, self._database.path))

    async def list(self, limit: int = 20) -> tuple[WorkflowLine, ...]:
        """The last begun first; those that cannot be read any more are listed all the same."""
        rows = await self._database.read(lambda c: c.execute(LIST, (max(limit, 0),)).fetchall())
        return tuple(_line(row) for row in rows)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _row(state: WorkflowState) -> tuple[Any, ...]:
    line = line_of(state)
    moment = line.started_at.astimezone(UTC).isoformat(timespec="microseconds")
    whole = json.dumps(WHOLE.dump_python(state, mode="json"), separators=(",", ":"))
    return (
        line.id, SCHEMA_VERSION, _text(line.name), _text(line.root), line.status.value, moment, line.done,
        line.stages, line.verdict.value if line.verdict else None, whole,
    )  # fmt: skip


def _line(row: tuple[Any, ...]) -> WorkflowLine:
    known_as, name, root, status, started, done, stages, verdict = row
    moment = datetime.fromisoformat(started)
    said = Verdict(verdict) if verdict else None
    return WorkflowLine(known_as, name, root, WorkflowStatus(status), moment, done, stages, said)


def _load(connection: apsw.Connection, prefix: str, path: Path) -> WorkflowState | None:
    candidates = [known for (known,) in connection.execute(FIND, (_text(prefix),))]
    found = the_one("workflow run", prefix, candidates)
    row = connection.execute(LOAD, (found,)).fetchone() if found else None
    if row is None:
        return None
    version, revision, text = row
    if version > SCHEMA_VERSION:
        message = f"workflow run {found!r} was written by a newer Muster"
        raise StorageError(message, code=FOREIGN, hint="update Muster")
    try:
        return replace(WHOLE.validate_python(json.loads(text)), revision=revision)
    except (ValidationError, ValueError) as error:
        message = f"workflow run {found!r} in {str(path)!r} cannot be read"
        hint = "other workflows are not touched by this"
        raise StorageError(message, code=CORRUPT, details={"cause": str(error)}, hint=hint) from error


def _text(text: str) -> str:
    """`text` as SQLite can keep it: half characters from a command line are written out."""
    return text.encode("utf-8", "backslashreplace").decode()
