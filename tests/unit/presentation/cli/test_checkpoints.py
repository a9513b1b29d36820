"""`muster checkpoints` and `muster undo`: what they ask for and what they say."""

from __future__ import annotations

import pytest

from muster.application.use_cases.create_checkpoint import CreateCheckpointRequest, TakenCheckpoint
from muster.application.use_cases.list_checkpoints import ListCheckpointsRequest
from muster.application.use_cases.prune_checkpoints import PruneCheckpointsRequest
from muster.application.use_cases.restore_checkpoint import RestoreCheckpointRequest
from muster.application.use_cases.show_checkpoint import CheckedCheckpoint, ShowCheckpointRequest
from muster.application.use_cases.undo_edits import UndoEditsRequest, UndoneEdits
from muster.domain.errors import EditConflict
from muster.domain.workspace.checkpoints import Checkpoint, CheckpointReason, SavedFile
from muster.domain.workspace.edits import EditOutcome, EditStatus, FileStatus
from muster.domain.workspace.files import NotCovered
from tests.fakes.clock import START

from .conftest import Muster
from .house import House

FILES = (SavedFile("a.py", "ab" * 32, 1234), SavedFile("new.py", None))
ONE = Checkpoint("cp-1", "/project", START, CheckpointReason.COMMIT, FILES, "tidy up", "run-1")
OUTCOME = EditOutcome(
    EditStatus.ROLLED_BACK, {"a.py": FileStatus.RESTORED, "b.py": FileStatus.UNTOUCHED}, "cp-2"
)


@pytest.mark.parametrize("args", [("checkpoints",), ("checkpoints", "list")])
def test_checkpoints_are_listed(muster: Muster, house: House, args: tuple[str, ...]) -> None:
    """With what they were taken for, their run and their label."""
    case = house.answers("list_checkpoints", (ONE,))
    lines = muster(*args).out.splitlines()
    assert lines[0].split() == ["checkpoint", "taken", "for", "state", "files", "run", "label"]
    assert lines[1].split()[0] == "cp-1"
    assert lines[1].endswith("commit  settled  2      run-1  tidy up")
    assert case.asked == [ListCheckpointsRequest(".", 20)]


def test_all_folders_are_asked_for_by_name(muster: Muster, house: House) -> None:
    """As JSON too."""
    case = house.answers("list_checkpoints", ())
    assert muster("checkpoints", "list", "--all", "--limit", "3", "--json").json["checkpoints"] == []
    assert muster("checkpoints", "list", "--path", ".").out == "no checkpoints\n"
    assert case.asked == [ListCheckpointsRequest("", 3), ListCheckpointsRequest(".", 20)]


def test_one_is_shown_with_its_files(muster: Muster, house: House) -> None:
    """What was not there, and what is damaged."""
    case = house.answers("show_checkpoint", CheckedCheckpoint(ONE, ("a.py",)))
    lines = muster("checkpoints", "show", "cp-1").out.splitlines()
    assert lines[1:] == [
        "tidy up",
        "folder /project",
        "bytes  sha-256        file",
        "1,234  abababababab   a.py",
        "–      was not there  new.py",
        "damaged: a.py",
    ]
    assert case.asked == [ShowCheckpointRequest("cp-1")]


def test_taking_one_says_its_id_and_what_is_not_in_it(muster: Muster, house: House) -> None:
    """So that it can be brought back."""
    case = house.answers("create_checkpoint", TakenCheckpoint(ONE, (NotCovered("logo.png", "binary"),)))
    answer = muster("checkpoints", "create", "--label", "safe")
    assert answer.out == "cp-1: 2 files kept; 1 things are not in it\n"
    assert case.asked == [CreateCheckpointRequest(".", "safe")]


def test_bringing_back_says_which_files_and_how_to_change_ones_mind(muster: Muster, house: House) -> None:
    """Untouched files are not named."""
    case = house.answers("restore_checkpoint", OUTCOME)
    assert muster("checkpoints", "restore", "cp-1", "--force").out.splitlines() == [
        "brought back: 1 file",
        "  a.py",
        "what was replaced: muster checkpoints restore cp-2",
    ]
    assert case.asked == [RestoreCheckpointRequest("cp-1", ".", force=True)]


def test_pruning_says_how_many_went(muster: Muster, house: House) -> None:
    """Those that were taken by hand stay unless all are meant."""
    case = house.answers("prune_checkpoints", ("cp-1", "cp-0"))
    assert muster("checkpoints", "prune", "--keep", "3").out == "2 checkpoints removed\n"
    muster("checkpoints", "prune", "--all")
    assert case.asked == [
        PruneCheckpointsRequest(".", 3, automatic_only=True),
        PruneCheckpointsRequest(".", 50, automatic_only=False),
    ]


def test_undo_names_the_run_and_the_files(muster: Muster, house: House) -> None:
    """In JSON the checkpoint too."""
    case = house.answers("undo_edits", UndoneEdits(ONE, OUTCOME))
    assert muster("undo").out.startswith("edits of run-1 taken back: 1 file\n  a.py\n")
    assert muster("undo", "run-1", "--force", "--json").json["outcome"]["files"]["a.py"] == "restored"
    assert case.asked == [UndoEditsRequest(), UndoEditsRequest("run-1", ".", force=True)]


def test_a_conflict_is_told_with_its_files(muster: Muster, house: House) -> None:
    """Exit code 2: it can be asked for in another way."""
    house.answers("undo_edits", EditConflict("'a.py' was changed", hint="--force"))
    answer = muster("undo")
    assert (answer.code, answer.err) == (2, "muster: 'a.py' was changed\nhint: --force\n")
