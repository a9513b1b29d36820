"""What became of a run's edits, in words that every format shares."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.run import RunRecord
from ...domain.workspace.edits import EditStatus
from . import wording

TITLES = {
    EditStatus.COMMITTED: "made",
    EditStatus.CONFLICT: "not made: a conflict",
    EditStatus.ROLLED_BACK: "not made",
}


@dataclass(frozen=True, slots=True)
class EditsTold:
    """Title and facts; `files` are (path, what became of it), `diff` is what was staged, `way_back` a command."""

    title: str
    made: bool
    reason: str
    files: tuple[tuple[str, str], ...]
    diff: tuple[str, ...]
    way_back: str


def edits(record: RunRecord) -> EditsTold | None:
    """What is told of the edits; None for a run that staged none."""
    made = record.report.edits if record.report else None
    if made is None:
        return None
    files = wording.count(len(made.files), "file")
    kept = "".join(f"; {path} holds what somebody else wrote meanwhile" for path in made.kept)
    return EditsTold(
        title=f"Edits of {files}: {TITLES[made.status]}",
        made=made.status is EditStatus.COMMITTED,
        reason=f"{made.reason}{kept}".removeprefix("; "),
        files=tuple(
            (wording.path_text(path), str(status).replace("_", " ")) for path, status in made.files.items()
        ),
        diff=tuple(wording.printable(line) for line in made.diff.splitlines()),
        way_back=f"muster undo {record.id}" if made.checkpoint_id else "",
    )
