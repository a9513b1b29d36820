"""Files as they were at one moment, kept so that they can be brought back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckpointReason(StrEnum):
    """What a checkpoint was taken for."""

    MANUAL = "manual"
    COMMIT = "commit"
    RESTORE = "restore"
    BEFORE_TURN = "before_turn"
    AFTER_TURN = "after_turn"


class CheckpointState(StrEnum):
    """How far the change has come that a checkpoint was taken for.

    `open` until all new files lie ready, `prepared` until all of them are in place, `committed` until what they
    replaced is swept away. `settled` is done, or never was a change; `undone` and `conflict` are changes that
    failed, the latter with a file that somebody else had changed. `damaged` cannot be restored.
    """

    OPEN = "open"
    PREPARED = "prepared"
    COMMITTED = "committed"
    SETTLED = "settled"
    UNDONE = "undone"
    CONFLICT = "conflict"
    DAMAGED = "damaged"


UNFINISHED = frozenset({CheckpointState.OPEN, CheckpointState.PREPARED, CheckpointState.COMMITTED})


@dataclass(frozen=True, slots=True)
class SavedFile:
    """One file: SHA-256 of its bytes, or None for no file; `after` is what the change makes of it."""

    path: str
    digest: str | None
    size: int = 0
    mode: int = 0o644
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Files of `root` as they were.

    `folders` are made by the change, `emptied` go with it when they are empty; `restores` is the checkpoint that
    the change goes back to.
    """

    id: str
    root: str
    taken_at: datetime
    reason: CheckpointReason
    files: tuple[SavedFile, ...]
    label: str = ""
    run_id: str = ""
    folders: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    restores: str = ""
    state: CheckpointState = CheckpointState.SETTLED

    @property
    def is_of_change(self) -> bool:
        """Whether it was taken for a change, and so knows what came after it."""
        return self.reason in {CheckpointReason.COMMIT, CheckpointReason.RESTORE}

    @property
    def can_be_undone(self) -> bool:
        """Whether its change was made."""
        return self.is_of_change and self.state in {CheckpointState.COMMITTED, CheckpointState.SETTLED}


def last_in_effect(checkpoints: Iterable[Checkpoint], run_id: str = "") -> Checkpoint | None:
    """The newest edits (of the run, if one is named) that nobody has taken back; `checkpoints` come newest first."""
    taken_back: set[str] = set()
    for one in checkpoints:
        if not one.can_be_undone or one.id in taken_back:
            continue
        if one.reason is CheckpointReason.RESTORE:
            taken_back.add(one.restores)
        elif run_id in {"", one.run_id}:
            return one
    return None
