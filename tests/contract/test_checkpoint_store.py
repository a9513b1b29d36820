"""What every checkpoint store promises."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster.domain.errors import StorageError, UnknownName
from muster.domain.ports.checkpoint_store import CheckpointStore
from muster.domain.workspace.checkpoints import Checkpoint, CheckpointReason, CheckpointState, SavedFile
from muster.infrastructure.workspace.checkpoint_folder import CheckpointFolder
from tests.fakes.clock import START

ROOT = "/project"
BYTES = b"\xef\xbb\xbfone\r\ntwo\xff\x00"
DIGEST = hashlib.sha256(BYTES).hexdigest()


def checkpoint(number: int, reason: CheckpointReason = CheckpointReason.COMMIT) -> Checkpoint:
    """One with a file that was there and one that was not."""
    files = (SavedFile("a.bin", DIGEST, len(BYTES), 0o755, after="0" * 64), SavedFile("src/new.py", None))
    return Checkpoint(
        f"cp-{number:03}", ROOT, START + timedelta(seconds=number), reason, files, "ü", "run-1", ("src",)
    )


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """An empty one."""
    return CheckpointFolder(tmp_path / "data" / "checkpoints")


def again(tmp_path: Path) -> CheckpointStore:
    """The same one, after a restart."""
    return CheckpointFolder(tmp_path / "data" / "checkpoints")


def test_it_is_the_same_after_a_restart(store: CheckpointStore, tmp_path: Path) -> None:
    """Manifest, state and every byte; found by the beginning of its id."""
    store.save(replace(checkpoint(1), state=CheckpointState.OPEN), {DIGEST: BYTES})
    store.mark("cp-001", CheckpointState.PREPARED)
    found = again(tmp_path).load("cp-0")
    assert found == replace(checkpoint(1), state=CheckpointState.PREPARED)
    assert again(tmp_path).content("cp-001", DIGEST) == BYTES


def test_the_newest_come_first_and_only_those_of_the_folder(store: CheckpointStore) -> None:
    """All of them where no folder is named."""
    for number in (1, 3, 2):
        store.save(checkpoint(number), {DIGEST: BYTES})
    store.save(replace(checkpoint(4), root="/elsewhere"), {DIGEST: BYTES})
    assert [one.id for one in store.list(ROOT)] == ["cp-003", "cp-002", "cp-001"]
    assert [one.id for one in store.list()] == ["cp-004", "cp-003", "cp-002", "cp-001"]


def test_those_whose_change_came_to_no_end_are_found(store: CheckpointStore) -> None:
    """Open, prepared and committed; not what is settled, undone or in conflict."""
    for number, state in enumerate(CheckpointState):
        store.save(replace(checkpoint(number), state=state), {DIGEST: BYTES})
    assert {one.state for one in store.unfinished(ROOT)} == {
        CheckpointState.OPEN, CheckpointState.PREPARED, CheckpointState.COMMITTED,
    }  # fmt: skip
    assert store.unfinished("/elsewhere") == ()


@pytest.mark.parametrize("name", ["cp-9", "", "..", "../data", "."])
def test_what_is_not_there_is_an_unknown_name(store: CheckpointStore, name: str) -> None:
    """Whatever the name is made of."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    with pytest.raises(UnknownName):
        store.load(name)


def test_the_beginning_of_several_ids_is_ambiguous(store: CheckpointStore) -> None:
    """Nobody guesses."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    store.save(checkpoint(2), {DIGEST: BYTES})
    with pytest.raises(UnknownName, match="several"):
        store.load("cp-00")


def test_only_the_newest_are_kept(store: CheckpointStore) -> None:
    """What is unfinished stays, what is of another folder too."""
    for number in range(1, 6):
        store.save(checkpoint(number), {DIGEST: BYTES})
    store.save(replace(checkpoint(0), state=CheckpointState.PREPARED), {DIGEST: BYTES})
    store.save(replace(checkpoint(9), root="/elsewhere"), {DIGEST: BYTES})
    assert store.prune(ROOT, 2) == ("cp-003", "cp-002", "cp-001")
    assert [one.id for one in store.list()] == ["cp-009", "cp-005", "cp-004", "cp-000"]


def test_those_taken_by_hand_can_be_spared(store: CheckpointStore) -> None:
    """They count for nothing then, and stay."""
    store.save(checkpoint(1, CheckpointReason.MANUAL), {DIGEST: BYTES})
    for number in (2, 3):
        store.save(checkpoint(number), {DIGEST: BYTES})
    assert store.prune(ROOT, 1, automatic_only=True) == ("cp-002",)
    assert [one.id for one in store.list(ROOT)] == ["cp-003", "cp-001"]


def test_a_flipped_bit_in_a_file_is_reported(store: CheckpointStore, tmp_path: Path) -> None:
    """Never handed out."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    blob = tmp_path / "data/checkpoints/cp-001/blobs" / DIGEST
    flipped = bytearray(BYTES)
    flipped[3] ^= 1
    blob.write_bytes(flipped)
    with pytest.raises(StorageError, match="damaged"):
        store.content("cp-001", DIGEST)


def test_a_flipped_bit_in_the_manifest_is_reported(store: CheckpointStore, tmp_path: Path) -> None:
    """Each byte of what it says counts; in a list it is told as damaged."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    path = tmp_path / "data/checkpoints/cp-001/manifest.json"
    whole = path.read_text()
    path.write_text(whole.replace("src/new.py", "src/nev.py"))
    assert json.loads(path.read_text())
    with pytest.raises(StorageError, match="damaged"):
        store.load("cp-001")
    assert [(one.id, one.state) for one in store.list(ROOT)] == [("cp-001", CheckpointState.DAMAGED)]
    path.write_text(whole[:-5])
    with pytest.raises(StorageError, match="damaged"):
        store.load("cp-001")


def test_what_is_kept_is_for_its_owner_alone(store: CheckpointStore, tmp_path: Path) -> None:
    """Private code lies there."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    place = tmp_path / "data/checkpoints"
    for folder, _, names in os.walk(place):
        assert Path(folder).stat().st_mode & 0o077 == 0
        assert all((Path(folder) / name).stat().st_mode & 0o077 == 0 for name in names)


def test_a_checkpoint_that_could_not_be_written_is_none(store: CheckpointStore, tmp_path: Path) -> None:
    """No half of one is listed, and the error is the domain's."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/checkpoints").write_text("in the way")
    with pytest.raises(StorageError):
        store.save(checkpoint(1), {DIGEST: BYTES})


def test_what_a_killed_process_left_half_written_is_swept_away(
    store: CheckpointStore, tmp_path: Path
) -> None:
    """A day later; until then somebody may be at work on it. It is never listed."""
    store.save(checkpoint(1), {DIGEST: BYTES})
    for name in ("old", "young"):
        (tmp_path / f"data/checkpoints/.new-{name}/blobs").mkdir(parents=True)
    os.utime(tmp_path / "data/checkpoints/.new-old", (0, 0))
    assert [one.id for one in store.list()] == ["cp-001"]
    store.prune(ROOT, 10)
    assert sorted(path.name for path in (tmp_path / "data/checkpoints").iterdir()) == [".new-young", "cp-001"]
