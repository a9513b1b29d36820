"""Go back to a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.workspace.edits import EditOutcome


@dataclass(frozen=True, slots=True)
class RestoreCheckpointRequest:
    """Which one (an id, or the unique beginning of one), in which folder, and whether changes since may go."""

    checkpoint_id: str
    root: str = "."
    force: bool = False


class RestoreCheckpoint:
    """Brings back all files of a checkpoint or none; what they replace is kept in a new one."""

    def __init__(self, editor: WorkspaceEditor) -> None:
        self._editor = editor

    async def execute(self, request: RestoreCheckpointRequest) -> EditOutcome:
        """What became of each file; raises EditConflict, LockHeld, UnknownName, StorageError."""
        return await self._editor.restore(request.root, request.checkpoint_id, request.force)
