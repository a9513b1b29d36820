"""What every editor of a workspace promises."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.domain.errors import EditConflict, LockHeld, StorageError, UnknownName, UserError, WorkspaceError
from muster.domain.workspace.checkpoints import CheckpointReason, CheckpointState
from muster.domain.workspace.edits import ChangeSet, EditStatus, FileEdit, FileStatus
from tests.fakes.clock import FakeClock
from tests.fakes.edits import EditBench, PlainHandle, TickingHandle, edit_bench, edits, plant, tree

OLD = {"a.py": "one\r\ntwo", "src/b.py": "\ufeffx = 1\n", "gone.txt": "bye\n"}
NEW: dict[str, str | None] = {
    "a.py": "one\r\n2", "src/b.py": "\ufeffx = 2\n", "gone.txt": None, "new/deep/c.py": "c\n",
}  # fmt: skip
OUTSIDE = (
    "../outside.txt", "src/../../outside.txt", "/etc/hostname", "~/x", "\\\\server\\share\\x", "C:\\x", "C:",
    "", " ", ".", "a\0b", "..\\x", "link/x.txt", "link", "dangling",
)  # fmt: skip


@pytest.fixture(params=[TickingHandle, PlainHandle], ids=["exchange", "plain rename"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> EditBench:
    """On a system that can exchange names, and on one that cannot."""
    made = edit_bench(tmp_path, handle=request.param)
    plant(made.root, OLD)
    (made.root / "a.py").chmod(0o750)
    return made


async def test_all_edits_are_made_and_nothing_else_is_touched(bench: EditBench) -> None:
    """Bytes, permissions, new folders; the outcome says what became of each."""
    plant(bench.root, {"other.txt": "mine"})
    outcome = await bench.editor.apply(str(bench.root), edits(OLD, NEW), run_id="run-1")
    assert outcome.status is EditStatus.COMMITTED
    assert outcome.files["gone.txt"] is FileStatus.DELETED
    assert tree(bench.root) == {
        "a.py": (0o750, b"one\r\n2"),
        "new": None,
        "new/deep": None,
        "new/deep/c.py": (0o644, b"c\n"),
        "other.txt": (0o644, b"mine"),
        "src": None,
        "src/b.py": (0o644, b"\xef\xbb\xbfx = 2\n"),
    }
    [kept] = bench.store.list(str(bench.root))
    assert (kept.id, kept.run_id, kept.state) == (outcome.checkpoint_id, "run-1", CheckpointState.SETTLED)


async def test_undoing_brings_back_every_byte(bench: EditBench) -> None:
    """Permissions and the absence of folders too; and what was undone can be undone."""
    before = tree(bench.root)
    done = await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    after = tree(bench.root)
    undone = await bench.editor.restore(str(bench.root), done.checkpoint_id)
    assert undone.status is EditStatus.ROLLED_BACK
    assert set(undone.files.values()) == {FileStatus.RESTORED}
    assert tree(bench.root) == before
    await bench.editor.restore(str(bench.root), undone.checkpoint_id)
    assert tree(bench.root) == after


@pytest.mark.parametrize("harm", ["change", "delete", "create", "folder", "link", "pipe"])
async def test_one_conflict_and_nothing_is_written(bench: EditBench, harm: str) -> None:
    """A file changed, deleted, newly created or of another kind is named, and all bytes stay as they were."""
    match harm:
        case "change":
            (bench.root / "a.py").write_text("a person's")
            named = "a.py"
        case "create":
            plant(bench.root, {"new/deep/c.py": "a person's"})
            named = "new/deep/c.py"
        case _:
            (bench.root / "gone.txt").unlink()
            named = "gone.txt"
    if harm == "folder":
        (bench.root / named).mkdir()
    elif harm == "link":
        (bench.root / named).symlink_to("a.py")
    elif harm == "pipe":
        os.mkfifo(bench.root / named)
    before = tree(bench.root) if harm != "pipe" else {}
    with pytest.raises(EditConflict, match=named) as caught:
        await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    assert list(caught.value.details["files"]) == [named]  # type: ignore[call-overload]
    if harm != "pipe":
        assert tree(bench.root) == before
    assert bench.store.list() == ()


async def test_all_conflicts_are_named_at_once(bench: EditBench) -> None:
    """Nobody has to find them one after the other."""
    plant(bench.root, {"a.py": "mine", "gone.txt": "mine too"})
    with pytest.raises(EditConflict) as caught:
        await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    assert caught.value.details["files"] == {"a.py": "was changed", "gone.txt": "was changed"}


@pytest.mark.parametrize("path", OUTSIDE)
async def test_no_path_leads_out(bench: EditBench, tmp_path: Path, path: str) -> None:
    """Refused in every method; nothing is read, nothing written."""
    outside = tmp_path / "outside"
    plant(outside, {"x.txt": "secret"})
    plant(tmp_path, {"outside.txt": "secret"})
    (bench.root / "link").symlink_to(outside)
    (bench.root / "dangling").symlink_to(tmp_path / "made-by-link.txt")
    before = tree(tmp_path)
    root = str(bench.root)
    refusals = (WorkspaceError, EditConflict)
    with pytest.raises(refusals):
        await bench.editor.read(root, path)
    for edit in (
        FileEdit(path, None, "evil"),
        FileEdit(path, "secret", "evil"),
        FileEdit(path, "secret", None),
    ):
        with pytest.raises(refusals):
            await bench.editor.apply(root, ChangeSet((edit,)))
    with pytest.raises(refusals):
        await bench.editor.checkpoint(root, [path], CheckpointReason.MANUAL)
    after = {name: what for name, what in tree(tmp_path).items() if not name.startswith("data/locks")}
    assert after == {**before, **({"data": None} if "data" in after else {})}


@pytest.mark.parametrize("path", [".git/config", "sub/.GIT/hooks/x", ".env", "conf/.env.local", "key.pem"])
async def test_records_of_tools_and_secrets_are_not_edited(bench: EditBench, path: str) -> None:
    """Whatever the edit says that was there."""
    before = tree(bench.root)
    with pytest.raises(WorkspaceError):
        await bench.editor.apply(str(bench.root), ChangeSet((FileEdit(path, None, "x"),)))
    assert tree(bench.root) == before


async def test_a_folder_that_becomes_a_link_leads_nowhere(tmp_path: Path) -> None:
    """Swapped in after the check: what is written lands in neither the link's folder nor half of the tree."""
    outside = tmp_path / "outside"
    plant(outside, {"b.py": OLD["src/b.py"]})
    swapped: list[str] = []

    def swap(step: str) -> None:
        if step == "after save" and not swapped:
            (tmp_path / "project/src").rename(tmp_path / "project/was-src")
            (tmp_path / "project/src").symlink_to(outside)
            swapped.append(step)

    bench = edit_bench(tmp_path, swap)
    plant(bench.root, OLD)
    with pytest.raises((WorkspaceError, EditConflict, StorageError)):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    assert tree(outside) == {"b.py": (0o644, OLD["src/b.py"].encode())}
    assert (bench.root / "a.py").read_bytes() == OLD["a.py"].encode()
    assert (bench.root / "was-src/b.py").read_bytes() == OLD["src/b.py"].encode()
    assert swapped


async def test_while_somebody_else_holds_the_lock_nothing_is_written(bench: EditBench) -> None:
    """Who it is, is said; the holder itself may write with its ticket, and as the run that took it."""
    before = tree(bench.root)
    ticket = bench.lock.acquire(str(bench.root), "run-1", 60)
    with pytest.raises(LockHeld, match="run-1"):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW), run_id="run-2")
    assert tree(bench.root) == before
    await bench.editor.apply(str(bench.root), edits(OLD, {"a.py": "1"}), ticket)
    await bench.editor.apply(str(bench.root), edits(OLD, {"gone.txt": "2"}), run_id="run-1")
    assert (bench.root / "a.py").read_bytes() + (bench.root / "gone.txt").read_bytes() == b"12"


async def test_a_ticket_whose_time_is_over_is_refused(bench: EditBench) -> None:
    """Though nobody else took the lock."""
    ticket = bench.lock.acquire(str(bench.root), "run-1", 60)
    bench.clock.advance(61)
    with pytest.raises(LockHeld, match="has ended"):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW), ticket)
    assert (bench.root / "a.py").read_bytes() == OLD["a.py"].encode()


async def test_a_ticket_that_ends_during_the_change_is_refused(tmp_path: Path) -> None:
    """The last look at it comes right before the first file is replaced; what was prepared is removed."""
    slow: list[FakeClock] = []

    def too_slow(step: str) -> None:
        if step == "before mark prepared":
            slow.pop().advance(61)

    bench = edit_bench(tmp_path, too_slow)
    slow.append(bench.clock)
    plant(bench.root, OLD)
    before = tree(bench.root)
    ticket = bench.lock.acquire(str(bench.root), "run-1", 60)
    with pytest.raises(LockHeld, match="has ended"):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW), ticket)
    assert (tree(bench.root), slow) == (before, [])


async def test_a_ticket_of_another_folder_is_refused(bench: EditBench) -> None:
    """Before anything is looked at."""
    ticket = bench.lock.acquire("/elsewhere", "run-1", 60)
    with pytest.raises(UserError, match="elsewhere"):
        await bench.editor.apply(str(bench.root), edits(OLD, NEW), ticket)


async def test_text_is_read_byte_for_byte(bench: EditBench) -> None:
    """Line ends and mark included; None where there is nothing; no binary."""
    root = str(bench.root)
    assert await bench.editor.read(root, "src/b.py") == OLD["src/b.py"]
    assert await bench.editor.read(root, "./a.py") == OLD["a.py"]
    assert await bench.editor.read(root, "nothing.py") is None
    (bench.root / "blob").write_bytes(b"\x00\x01")
    with pytest.raises(WorkspaceError, match="binary"):
        await bench.editor.read(root, "blob")


async def test_a_checkpoint_taken_by_hand_brings_back_what_was_there(bench: EditBench) -> None:
    """Files of any content, and that one was not there; other files stay. What is replaced is kept too."""
    (bench.root / "blob").write_bytes(b"\x00\xff")
    paths = ["a.py", "blob", "later.txt"]
    taken = await bench.editor.checkpoint(str(bench.root), paths, CheckpointReason.MANUAL, label="safe")
    before = tree(bench.root)
    (bench.root / "blob").write_bytes(b"other")
    plant(bench.root, {"later.txt": "new", "src/b.py": "untouched by this"})
    (bench.root / "a.py").unlink()
    later = tree(bench.root)
    outcome = await bench.editor.restore(str(bench.root), taken.id)
    assert tree(bench.root) == {**before, "src/b.py": later["src/b.py"]}
    await bench.editor.restore(str(bench.root), outcome.checkpoint_id)
    assert {name: file and file[1] for name, file in tree(bench.root).items()} == {
        name: file and file[1] for name, file in later.items()
    }


async def test_undoing_over_somebodys_change_is_a_conflict_unless_forced(bench: EditBench) -> None:
    """Refused: nothing is written. Forced: all are back, and what was replaced is in the new checkpoint."""
    done = await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    plant(bench.root, {"a.py": "a person's"})
    before = tree(bench.root)
    with pytest.raises(EditConflict, match=r"a\.py") as caught:
        await bench.editor.restore(str(bench.root), done.checkpoint_id)
    assert caught.value.details["files"] == {"a.py": "was changed"}
    assert tree(bench.root) == before
    forced = await bench.editor.restore(str(bench.root), done.checkpoint_id, force=True)
    assert (bench.root / "a.py").read_bytes() == OLD["a.py"].encode()
    kept = {file.path: file.digest for file in bench.store.load(forced.checkpoint_id).files}
    assert bench.store.content(forced.checkpoint_id, kept["a.py"] or "") == b"a person's"


async def test_a_damaged_checkpoint_restores_nothing(bench: EditBench) -> None:
    """One flipped bit in one of its files is enough."""
    done = await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    before = tree(bench.root)
    blobs = sorted((bench.root.parent / "data/checkpoints" / done.checkpoint_id / "blobs").iterdir())
    blobs[-1].write_bytes(b"?" + blobs[-1].read_bytes()[1:])
    with pytest.raises(StorageError, match="damaged"):
        await bench.editor.restore(str(bench.root), done.checkpoint_id)
    assert tree(bench.root) == before


async def test_a_checkpoint_of_another_folder_is_not_restored_here(bench: EditBench, tmp_path: Path) -> None:
    """Nor is one that does not exist."""
    done = await bench.editor.apply(str(bench.root), edits(OLD, NEW))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UserError, match="project"):
        await bench.editor.restore(str(other), done.checkpoint_id)
    with pytest.raises(UnknownName):
        await bench.editor.restore(str(bench.root), "cp-none")
    assert tree(other) == {}


async def test_no_edits_are_no_change(bench: EditBench) -> None:
    """Neither a write nor a checkpoint."""
    outcome = await bench.editor.apply(str(bench.root), edits(OLD, {"a.py": OLD["a.py"]}))
    assert (outcome.status, outcome.checkpoint_id, bench.store.list()) == (EditStatus.COMMITTED, "", ())


async def test_the_newest_automatic_checkpoints_are_kept(tmp_path: Path) -> None:
    """Older ones go, those taken by hand stay."""
    bench = edit_bench(tmp_path, keep=2)
    plant(bench.root, {"a.py": "0"})
    manual = await bench.editor.checkpoint(str(bench.root), ["a.py"], CheckpointReason.MANUAL)
    for number in range(4):
        await bench.editor.apply(str(bench.root), edits({"a.py": f"{number}"}, {"a.py": f"{number + 1}"}))
    kept = bench.store.list()
    assert [one.reason for one in kept] == [CheckpointReason.COMMIT] * 2 + [CheckpointReason.MANUAL]
    assert kept[-1].id == manual.id


async def test_changes_of_a_run_are_known_as_made_whatever_came_after(bench: EditBench) -> None:
    """By the run that made exactly them; other runs, and other changes, were not."""
    root, change = str(bench.root), edits(OLD, NEW)
    assert await bench.editor.made(root, change, "run-1") is None
    done = await bench.editor.apply(root, change, run_id="run-1")
    plant(bench.root, {"a.py": "a person's"})
    assert await bench.editor.made(root, change, "run-1") == done
    assert await bench.editor.made(root, change, "run-2") is None
    assert await bench.editor.made(root, edits(OLD, {**NEW, "a.py": "3"}), "run-1") is None


async def test_changes_that_were_undone_half_way_are_not_made(bench: EditBench) -> None:
    """What could not be done as a whole left a checkpoint, and no change."""
    root = str(bench.root)
    plant(bench.root, {"a.py": "mine"})
    with pytest.raises(EditConflict):
        await bench.editor.apply(root, edits(OLD, NEW), run_id="run-1")
    assert await bench.editor.made(root, edits(OLD, NEW), "run-1") is None


async def test_two_owners_of_one_run_do_not_share_its_lock(bench: EditBench) -> None:
    """A driver that was replaced is not let in by the name of the run."""
    root = str(bench.root)
    ticket = bench.lock.acquire(root, "run-1/2", 60.0)
    with pytest.raises(LockHeld, match="run-1/2"):
        await bench.editor.apply(root, edits(OLD, NEW), run_id="run-1", owner="run-1/1")
    bench.lock.release(ticket)
    done = await bench.editor.apply(root, edits(OLD, NEW), run_id="run-1", owner="run-1/2")
    assert done.status is EditStatus.COMMITTED


async def test_waiting_for_the_lock_does_not_hold_up_the_event_loop(
    bench: EditBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken, looked at and given back in a thread."""
    threads: set[int] = set()
    for name in ("acquire", "check", "release"):
        call = getattr(bench.lock, name)

        def noted(*given: object, call: Callable[..., object] = call) -> object:
            threads.add(threading.get_ident())
            return call(*given)

        monkeypatch.setattr(bench.lock, name, noted)
    done = await bench.editor.apply(str(bench.root), edits(OLD, NEW), run_id="run-1")
    await bench.editor.restore(str(bench.root), done.checkpoint_id)
    assert threads
    assert threading.get_ident() not in threads
