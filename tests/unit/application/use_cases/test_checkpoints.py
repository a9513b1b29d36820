"""Checkpoints and undoing, over a real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.application.use_cases.create_checkpoint import CreateCheckpoint, CreateCheckpointRequest
from muster.application.use_cases.list_checkpoints import ListCheckpoints, ListCheckpointsRequest
from muster.application.use_cases.prune_checkpoints import PruneCheckpoints, PruneCheckpointsRequest
from muster.application.use_cases.restore_checkpoint import RestoreCheckpoint, RestoreCheckpointRequest
from muster.application.use_cases.show_checkpoint import ShowCheckpoint, ShowCheckpointRequest
from muster.application.use_cases.undo_edits import UndoEdits, UndoEditsRequest
from muster.domain.errors import EditConflict, UnknownName, UserError
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock
from tests.fakes.edits import EditBench, edit_bench, edits, plant, tree


@pytest.fixture
def bench(tmp_path: Path) -> EditBench:
    """A folder with a file of version 0."""
    made = edit_bench(tmp_path)
    plant(made.root, {"a.py": "0", "b.py": "b"})
    return made


async def commit(bench: EditBench, before: str, after: str, run_id: str) -> str:
    """One edit of a run."""
    changes = edits({"a.py": before}, {"a.py": after})
    return (await bench.editor.apply(str(bench.root), changes, run_id=run_id)).checkpoint_id


async def undo(bench: EditBench, which: str = "", force: bool = False) -> str:
    """Undo; what the file holds then."""
    case = UndoEdits(bench.store, bench.editor)
    await case.execute(UndoEditsRequest(which, str(bench.root), force))
    return (bench.root / "a.py").read_text()


async def test_undo_goes_back_edit_by_edit(bench: EditBench) -> None:
    """The last, the one before, and then there is nothing more."""
    await commit(bench, "0", "1", "run-1")
    await commit(bench, "1", "2", "run-2")
    assert [await undo(bench), await undo(bench)] == ["1", "0"]
    with pytest.raises(UserError, match="no edits"):
        await undo(bench)


async def test_undo_takes_a_run_or_a_checkpoint(bench: EditBench) -> None:
    """By the beginning of its id; one that nobody knows, or that has no edits, is refused."""
    await commit(bench, "0", "1", "run-1")
    last = await commit(bench, "1", "2", "run-2")
    assert await undo(bench, last) == "1"
    assert await undo(bench, "run-1") == "0"
    with pytest.raises(UserError, match="run-1"):
        await undo(bench, "run-1")
    with pytest.raises(UnknownName):
        await undo(bench, "run-9")


async def test_undoing_what_was_built_upon_is_a_conflict_unless_forced(bench: EditBench) -> None:
    """The file is named and stays; forced, what it replaced can be brought back."""
    await commit(bench, "0", "1", "run-1")
    plant(bench.root, {"a.py": "mine"})
    with pytest.raises(EditConflict, match=r"a\.py"):
        await undo(bench)
    assert (bench.root / "a.py").read_text() == "mine"
    assert await undo(bench, force=True) == "0"
    newest = bench.store.list()[0].id
    await RestoreCheckpoint(bench.editor).execute(RestoreCheckpointRequest(newest, str(bench.root)))
    assert (bench.root / "a.py").read_text() == "mine"


async def test_a_checkpoint_by_hand_holds_all_text_files(bench: EditBench) -> None:
    """And says what it does not hold."""
    (bench.root / "logo.png").write_bytes(b"\x89PNG\x00")
    before = tree(bench.root)
    case = CreateCheckpoint(FilesystemWorkspace(FakeClock()), bench.editor)
    taken = await case.execute(CreateCheckpointRequest(str(bench.root), "safe"))
    assert [file.path for file in taken.checkpoint.files] == ["a.py", "b.py"]
    assert [one.path for one in taken.not_covered] == ["logo.png"]
    plant(bench.root, {"a.py": "x", "b.py": "y"})
    await RestoreCheckpoint(bench.editor).execute(
        RestoreCheckpointRequest(taken.checkpoint.id, str(bench.root))
    )
    assert tree(bench.root) == before


async def test_checkpoints_are_listed_shown_and_pruned(bench: EditBench) -> None:
    """Shown with every damaged file by name."""
    first = await commit(bench, "0", "1", "run-1")
    second = await commit(bench, "1", "2", "run-1")
    listed = await ListCheckpoints(bench.store).execute(ListCheckpointsRequest(str(bench.root), 1))
    assert [one.id for one in listed] == [second]
    [blob] = (bench.root.parent / "data/checkpoints" / first / "blobs").iterdir()
    show = ShowCheckpoint(bench.store)
    assert (await show.execute(ShowCheckpointRequest(first))).damaged == ()
    blob.write_bytes(b"?")
    assert (await show.execute(ShowCheckpointRequest(first))).damaged == ("a.py",)
    prune = PruneCheckpoints(bench.store)
    assert await prune.execute(PruneCheckpointsRequest(str(bench.root), 1)) == (first,)
    for refused in (
        prune.execute(PruneCheckpointsRequest(str(bench.root), -1)),
        ListCheckpoints(bench.store).execute(ListCheckpointsRequest(limit=0)),
    ):
        with pytest.raises(UserError):
            await refused
