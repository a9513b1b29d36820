"""Checkpoints, and what became of files, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...domain.workspace.checkpoints import Checkpoint, CheckpointState
from ...domain.workspace.edits import EditOutcome, FileStatus
from ..reports.wording import count, printable
from .plain import columns

if TYPE_CHECKING:
    from ...application.use_cases.show_checkpoint import CheckedCheckpoint


def list_as_text(checkpoints: Sequence[Checkpoint], width: int) -> str:
    """One line each."""
    if not checkpoints:
        return "no checkpoints"
    rows = [("checkpoint", "taken", "for", "state", "files", "run", "label")]
    rows += [
        (
            one.id,
            "–" if one.state is CheckpointState.DAMAGED else _moment(one),
            _reason(one),
            one.state.value,
            f"{len(one.files):,}",
            one.run_id or "–",
            one.label,
        )
        for one in checkpoints
    ]
    return columns(rows, width)


def checkpoint_as_text(checked: CheckedCheckpoint, width: int) -> str:
    """One, with all its files."""
    one = checked.checkpoint
    head = f"{one.id}  {_moment(one)}  {_reason(one)}  {one.state.value}"
    lines = [head, *([printable(one.label)] if one.label else []), f"folder {printable(one.root)}"]
    rows = [("bytes", "sha-256", "file")]
    rows += [
        (
            "–" if file.digest is None else f"{file.size:,}",
            "was not there" if file.digest is None else file.digest[:12],
            file.path,
        )
        for file in one.files
    ]
    lines.append(columns(rows, width))
    lines += [f"damaged: {printable(path)}" for path in checked.damaged]
    return "\n".join(lines)


def outcome_as_text(outcome: EditOutcome, did: str) -> str:
    """What became of each file, and how to get back what was replaced."""
    done = {path for path, status in outcome.files.items() if status is not FileStatus.UNTOUCHED}
    lines = [f"{did}: {count(len(done), 'file')}"] if done else ["all files are as they were kept already"]
    lines += [f"  {printable(path)}" for path in sorted(done)]
    lines += [f"somebody's text of that very moment is in {printable(path)}" for path in outcome.kept]
    if outcome.checkpoint_id:
        lines.append(f"what was replaced: muster checkpoints restore {outcome.checkpoint_id}")
    return "\n".join(lines)


def _moment(one: Checkpoint) -> str:
    return one.taken_at.astimezone().strftime("%Y-%m-%d %H:%M")


def _reason(one: Checkpoint) -> str:
    return one.reason.value.replace("_", " ")
