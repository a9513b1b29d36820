"""What the SQLite store of workflows does when its file is not as it left it."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from muster.domain.errors import StorageError
from muster.infrastructure.workflows.sqlite_store import SqliteWorkflowStore
from tests.fakes.workflows import stage, state_of, workflow

FLOW = workflow(stage("a"))


async def spoilt(path: Path, change: str) -> SqliteWorkflowStore:
    """A store with two workflows, the first of which somebody has changed."""
    store = SqliteWorkflowStore(path)
    for known in ("flow-01", "flow-02"):
        await store.save(state_of(FLOW, known_as=known))
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute(f"UPDATE workflows SET {change} WHERE id = 'flow-01'")
    connection.close()
    return SqliteWorkflowStore(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("state = 'nothing'", "cannot be read"),
        ("state = '{}'", "cannot be read"),
        ("schema_version = 2", "was written by a newer Muster"),
    ],
)
async def test_a_damaged_one_is_told_and_harms_no_other(tmp_path: Path, change: str, reason: str) -> None:
    """It is listed, its error names it, and the other one is whole."""
    store = await spoilt(tmp_path / "workflows.db", change)
    try:
        with pytest.raises(StorageError, match=f"'flow-01'.*{reason}"):
            await store.load("flow-01")
        other = await store.load("flow-02")
        assert other is not None
        assert other.workflow == FLOW
        assert [line.id for line in await store.list()] == ["flow-02", "flow-01"]
    finally:
        store.close()


async def test_another_process_sees_what_was_kept(tmp_path: Path) -> None:
    """A second store on the same file; the file is the owner's alone."""
    path = tmp_path / "workflows.db"
    one, other = SqliteWorkflowStore(path), SqliteWorkflowStore(path)
    try:
        kept = await one.save(state_of(FLOW))
        assert await other.load("flow-01") == kept
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        one.close()
        other.close()
