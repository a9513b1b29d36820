"""Take a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.workspace import Workspace
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.workspace.checkpoints import Checkpoint, CheckpointReason
from ...domain.workspace.files import NotCovered


@dataclass(frozen=True, slots=True)
class CreateCheckpointRequest:
    """Of which folder, and what it is for."""

    root: str = "."
    label: str = ""


@dataclass(frozen=True, slots=True)
class TakenCheckpoint:
    """The checkpoint, and what it does not hold."""

    checkpoint: Checkpoint
    not_covered: tuple[NotCovered, ...] = ()


class CreateCheckpoint:
    """Keeps all text files of a folder as they are: those that a scan lists, so nothing that git ignores."""

    def __init__(self, workspace: Workspace, editor: WorkspaceEditor) -> None:
        self._workspace = workspace
        self._editor = editor

    async def execute(self, request: CreateCheckpointRequest) -> TakenCheckpoint:
        """The checkpoint; raises WorkspaceError and StorageError."""
        snapshot = await self._workspace.scan(request.root)
        paths = [file.path for file in snapshot.files]
        taken = await self._editor.checkpoint(
            snapshot.root, paths, CheckpointReason.MANUAL, label=request.label
        )
        return TakenCheckpoint(taken, snapshot.not_covered)
