"""Port: changes the files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..workspace.checkpoints import Checkpoint, CheckpointReason
from ..workspace.edits import ChangeSet, EditOutcome
from ..workspace.locking import EditTicket


class WorkspaceEditor(Protocol):
    """Makes changes that are all there or not at all, also when the process is killed half-way.

    Every method refuses a path that leads out of the folder or through a symbolic link, with WorkspaceError or
    EditConflict, and settles first what an earlier process left half-done. What the disk refuses is a StorageError.
    """

    async def read(self, root: str, path: str) -> str | None:
        """The text of the file now, its line ends and mark included; None when there is none.

        Raises WorkspaceError for what is no UTF-8 text up to 2 MB.
        """
        ...

    async def apply(
        self,
        root: str,
        changes: ChangeSet,
        ticket: EditTicket | None = None,
        run_id: str = "",
        label: str = "",
        owner: str = "",
    ) -> EditOutcome:
        """Make the changes, and keep a checkpoint of what they replace.

        Without a ticket the lock is taken by `owner`; by the run, if nobody is named.

        Raises EditConflict that names every file that is not the one that its edit was made from; then nothing is
        written. Raises LockHeld when somebody else is editing, or `ticket` has expired.
        """
        ...

    async def made(self, root: str, changes: ChangeSet, run_id: str) -> EditOutcome | None:
        """What became of the changes where the run has made exactly these before, whatever the files are by now."""
        ...

    async def checkpoint(
        self, root: str, paths: Sequence[str], reason: CheckpointReason, run_id: str = "", label: str = ""
    ) -> Checkpoint:
        """Keep the files at `paths` as they are now; one that is not there is kept as such."""
        ...

    async def restore(self, root: str, checkpoint_id: str, force: bool = False) -> EditOutcome:
        """Bring back all files of a checkpoint, after keeping one of what they replace.

        Undoes its change where it was taken for one: unless forced, a file that was changed since raises
        EditConflict, and nothing is written. Raises StorageError when any of its bytes is damaged.
        """
        ...

    async def recover(self, root: str) -> tuple[EditOutcome, ...]:
        """Settle what other processes left half-done; a file that somebody has changed since is left alone."""
        ...
