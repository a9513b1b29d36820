"""The moment in which the edits of a run are made."""

from __future__ import annotations

from datetime import timedelta

from ...domain.errors import EditConflict, LockHeld
from ...domain.journal.record import RecordKind
from ...domain.workspace.edits import ChangeSet, EditOutcome, EditStatus, FileStatus
from ..flow.codec import Codec
from ..flow.flow import MOMENT, Flow
from .edit_session import EditSession
from .run_editing import Editing

OUTCOME: Codec[EditOutcome] = Codec(EditOutcome)
COMMIT = "commit"
PATIENCE = timedelta(seconds=30)
"""How long a run tries to get the lock of its folder before it is put aside."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0


class EditCommit:
    """Makes the edits once: a crash in the middle finds them all made or none, and a driver that has lost its run
    makes none.

    While somebody else edits the folder it waits; after a while the run is put aside with its edits, and who resumes
    it tries again.
    """

    def __init__(self, editing: Editing, flow: Flow, session: EditSession) -> None:
        self._editing = editing
        self._flow = flow
        self._session = session
        self.reasons: list[str] = []

    async def made(self) -> EditOutcome:
        """What became of the edits; raises Fenced, and StorageError when the journal cannot be written."""
        asked = 0
        while True:
            try:
                return await self._flow.step(COMMIT, self._commit, OUTCOME)
            except LockHeld as held:
                asked += 1
                run = self._flow.book.run_id
                words = f"the edits are ready, and not made: {held.message}; muster resume {run} tries again"
                await self._flow.signal(f"lock:{self._session.root}/{asked}", words)

    async def _commit(self) -> EditOutcome:
        changes, clock = self._session.changes, self._editing.clock
        end, pause = clock.monotonic() + PATIENCE.total_seconds(), FIRST_PAUSE
        while True:
            try:
                return await self._attempt(changes)
            except EditConflict as error:
                # A process that ended before it could say so may have made them, and somebody has gone on from there.
                made = await self._editing.editor.made(self._session.root, changes, self._flow.book.run_id)
                if made is not None:
                    return made
                self.reasons.append(str(error))
                return _conflict(error, changes)
            except LockHeld as held:
                if clock.monotonic() >= end:
                    raise
                self._flow.progress("lock", {"words": f"the edits wait: {held.message}"})
            await clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _attempt(self, changes: ChangeSet) -> EditOutcome:
        editor, root, book = self._editing.editor, self._session.root, self._flow.book
        await editor.recover(root)
        if await self._is_there(changes):
            return EditOutcome(EditStatus.COMMITTED, dict.fromkeys(changes.paths, FileStatus.WRITTEN))
        # Last of all: whoever has lost the run to another driver learns it here, and writes nothing.
        await book.insist(RecordKind.INTENT, self._flow.name(COMMIT), self._editing.clock.now(), MOMENT)
        return await self._session.commit(owner=f"{book.run_id}/{book.epoch}")

    async def _is_there(self, changes: ChangeSet) -> bool:
        """Whether every file is what it is to become: an earlier process came so far."""
        editor, root = self._editing.editor, self._session.root
        texts = [(edit.content, await editor.read(root, edit.path)) for edit in changes.edits]
        return all(wanted == found for wanted, found in texts)


def _conflict(error: EditConflict, changes: ChangeSet) -> EditOutcome:
    """Nothing was written; the files that somebody else has changed are named."""
    named = error.details.get("files")
    theirs = named if isinstance(named, dict) else {}
    files = {
        path: FileStatus.LEFT_ALONE if path in theirs else FileStatus.UNTOUCHED for path in changes.paths
    }
    return EditOutcome(EditStatus.CONFLICT, files)
