"""What became of the edits of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..workspace.edits import EditStatus, FileStatus
from .gates import GateResult


@dataclass(frozen=True, slots=True)
class EditsMade:
    """All edits of a run together: made, or none of them.

    `diff` is what was staged, as a unified diff with secrets masked; `reason` says why it was not made. A checkpoint
    brings back what was replaced; `kept` are files that hold what somebody else wrote in the moment of the change.
    `rounds` counts how often the edits were held against the gates, `gates` is how the last of these went: for edits
    that were not made they tell of files that are not there, unlike everything else in a report.
    """

    status: EditStatus
    files: Mapping[str, FileStatus] = field(default_factory=dict)
    diff: str = ""
    reason: str = ""
    checkpoint_id: str = ""
    kept: tuple[str, ...] = ()
    rounds: int = 1
    gates: tuple[GateResult, ...] = ()
