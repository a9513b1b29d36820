"""Take back the last edits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.workspace.checkpoints import Checkpoint, last_in_effect
from ...domain.workspace.edits import EditOutcome


@dataclass(frozen=True, slots=True)
class UndoEditsRequest:
    """The run or the checkpoint (or the beginning of its id) whose edits shall go; "" for the last ones."""

    which: str = ""
    root: str = "."
    force: bool = False


@dataclass(frozen=True, slots=True)
class UndoneEdits:
    """What was taken back, and what became of each file."""

    checkpoint: Checkpoint
    outcome: EditOutcome


class UndoEdits:
    """Takes back the newest edits that are still in effect; asked again, those before.

    A file that somebody has changed since is a conflict, and then nothing is taken back, unless it is forced: what
    is replaced is kept in a checkpoint in any case.
    """

    def __init__(self, store: CheckpointStore, editor: WorkspaceEditor) -> None:
        self._store = store
        self._editor = editor

    async def execute(self, request: UndoEditsRequest) -> UndoneEdits:
        """What was undone; raises UserError when there is nothing, UnknownName, EditConflict, LockHeld."""
        checkpoint = await asyncio.to_thread(self._meant, request)
        outcome = await self._editor.restore(request.root, checkpoint.id, request.force)
        return UndoneEdits(checkpoint, outcome)

    def _meant(self, request: UndoEditsRequest) -> Checkpoint:
        known = self._store.list(request.root)
        if not request.which:
            found = last_in_effect(known)
            if found is None:
                hint = "muster checkpoints list shows what was kept"
                raise UserError("there are no edits to take back", code="nothing-to-undo", hint=hint)
            return found
        runs = sorted({one.run_id for one in known if one.run_id.startswith(request.which)})
        if len(runs) > 1 and request.which not in runs:
            raise UnknownName.of("run", request.which, runs)
        if not runs:
            return self._store.load(request.which)
        run_id = request.which if request.which in runs else runs[0]
        found = last_in_effect(known, run_id)
        if found is None:
            hint = "muster checkpoints list shows what was kept"
            raise UserError(f"run {run_id!r} has no edits to take back", code="nothing-to-undo", hint=hint)
        return found
