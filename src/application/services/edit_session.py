"""One run's edits, or one agent's, as one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...domain.errors import EditConflict, WorkspaceError
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.security.paths import inside
from ...domain.workspace.checkpoints import Checkpoint, CheckpointReason
from ...domain.workspace.diffs import unified_diff
from ...domain.workspace.edits import ChangeSet, EditOutcome, EditStatus, FileStatus
from ...domain.workspace.layers import Change
from ...domain.workspace.locking import EditTicket
from ...domain.workspace.transaction import NOBODY, EditTransaction


class EditSession:
    """Stages edits in memory; the disk sees none of them before `commit`, and all of them after.

    `changes` is all that there is to keep: a session made with them goes on where another one ended. `on_change` is
    told every path whose text is another one from now on. Calls may come in parallel.

    Agents that work side by side are told apart as authors: none overwrites what it has not read, and what one of them
    has staged can be taken back. `fresh` are the changes that nobody has recorded yet.
    """

    def __init__(
        self,
        editor: WorkspaceEditor,
        root: str,
        run_id: str = "",
        changes: ChangeSet = ChangeSet(),  # noqa: B008 – immutable
        label: str = "",
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self.root = root
        self._editor = editor
        self._run_id = run_id
        self._label = label
        self._on_change = on_change
        self._transaction = EditTransaction(changes)
        self._committed: list[str] = []
        self.fresh: list[Change] = []
        self._turn = asyncio.Lock()

    @property
    def changes(self) -> ChangeSet:
        """What is staged; a journal keeps it."""
        return self._transaction.changes

    def staged(self, path: str) -> str | None:
        """The staged text of `path`; None when nothing is staged for it, or that it goes."""
        return self._transaction.staged(path)

    def is_deleted(self, path: str) -> bool:
        """Whether `path` is staged to go."""
        return self._transaction.is_staged(path) and self._transaction.staged(path) is None

    def noticed(self, path: str, text: str | None, author: str = NOBODY) -> None:
        """`author` has read `text` at `path`, or found no file: edits of it are made from that version."""
        self._transaction.noticed(inside(path), text, author)

    def diff(self) -> str:
        """What is staged, as a unified diff; whoever shows it masks secrets first."""
        return "".join(unified_diff(edit) for edit in self.changes.edits)

    async def read(self, path: str, author: str = NOBODY) -> str:
        """The staged text, else the file's, from which edits are then made; raises WorkspaceError for no file."""
        name = inside(path)
        async with self._turn:
            text = self._transaction.read(name, await self._current(name), author)
        if text is None:
            raise WorkspaceError(f"file {path!r} does not exist", hint="check its spelling, or write it")
        return text

    async def look(self, path: str) -> str | None:
        """The staged text, else the file's, without a word on which version edits are made from; None for none."""
        name = inside(path)
        if self._transaction.is_staged(name):
            return self._transaction.staged(name)
        return await self._current(name)

    async def write(self, path: str, text: str, author: str = NOBODY) -> None:
        """Let the file be `text`; raises EditConflict when it is not the one that was read."""
        name = inside(path)
        async with self._turn:
            current = await self._current(name)
            self._staged(self._transaction.stage(name, text, current, author))

    async def replace(self, path: str, old: str, new: str, count: int = 1, author: str = NOBODY) -> None:
        """Put `new` for `old`, which must be there `count` times; raises UserError, EditConflict."""
        name = inside(path)
        async with self._turn:
            current = await self._current(name)
            self._staged(self._transaction.replace(name, old, new, current, count, author))

    async def delete(self, path: str, author: str = NOBODY) -> None:
        """Let the file go; raises UserError for no file, EditConflict when it is not the one that was read."""
        name = inside(path)
        async with self._turn:
            current = await self._current(name)
            self._staged(self._transaction.delete(name, current, author))

    def discard(self, path: str) -> None:
        """Unstage `path`: the way on after a conflict is to discard, read and edit again."""
        name = inside(path)
        self._transaction.discard(name)
        self._tell(name)

    def go_back_to(self, changes: ChangeSet) -> None:
        """Let what is staged be what `changes` was at an earlier moment, such as the beginning of a turn."""
        self._start_anew(changes)

    def make_again(self, change: Change) -> None:
        """Stage what was staged, and recorded, before; raises StorageError when it does not fit."""
        self._transaction.make_again(change)

    def has_edits_of(self, author: str) -> bool:
        """Whether anything is staged by `author`."""
        return self._transaction.has_edits_of(author)

    def take_back(self, author: str) -> tuple[str, ...]:
        """Take back what `author` has staged; the paths whose text is another one now.

        Where another one has built upon it, nothing can be committed.
        """
        paths = self._transaction.take_back(author)
        for path in paths:
            self._tell(path)
        return paths

    async def commit(self, ticket: EditTicket | None = None, owner: str = "") -> EditOutcome:
        """Write all that is staged, or nothing; after EditConflict and LockHeld it is staged still.

        `owner` is who takes the lock when there is no ticket; the run, if nobody is named.
        """
        async with self._turn:
            self._refuse_disputed()
            outcome = await self._editor.apply(
                self.root, self.changes, ticket, self._run_id, self._label, owner
            )
            self._start_anew(ChangeSet())
            if outcome.checkpoint_id:
                self._committed.append(outcome.checkpoint_id)
            return outcome

    async def rollback(self) -> EditOutcome:
        """Drop what is staged, and take back what this session has committed; what others wrote stays.

        Raises EditConflict when a committed file was changed since: then it, and all committed with it, stay.
        """
        async with self._turn:
            files = dict.fromkeys(self.changes.paths, FileStatus.UNTOUCHED)
            self._start_anew(ChangeSet())
            while self._committed:
                outcome = await self._editor.restore(self.root, self._committed[-1])
                self._committed.pop()
                files |= outcome.files
            return EditOutcome(EditStatus.ROLLED_BACK, files)

    async def before_turn(self, label: str = "") -> Checkpoint | None:
        """Keep the files that were looked at or edited so far; None when there are none."""
        return await self._keep(CheckpointReason.BEFORE_TURN, label)

    async def after_turn(self, label: str = "") -> Checkpoint | None:
        """The same, at the end of a turn."""
        return await self._keep(CheckpointReason.AFTER_TURN, label)

    async def _keep(self, reason: CheckpointReason, label: str) -> Checkpoint | None:
        async with self._turn:
            paths = self._transaction.seen
            if not paths:
                return None
            return await self._editor.checkpoint(self.root, paths, reason, self._run_id, label)

    def _start_anew(self, changes: ChangeSet) -> None:
        paths = {*self._transaction.seen, *changes.paths}
        self._transaction = EditTransaction(changes)
        self.fresh = []
        for path in sorted(paths):
            self._tell(path)

    def _staged(self, change: Change) -> None:
        self.fresh.append(change)
        self._tell(change.path)

    def _refuse_disputed(self) -> None:
        disputed = self._transaction.disputed
        if disputed:
            named = ", ".join(f"{path!r} (of {whose})" for path, whose in disputed.items())
            raise EditConflict(
                f"edits that are taken back have others built upon them: {named}",
                details={"disputed": dict(disputed)},
                hint="nothing was written; run it again, or let one agent at a time edit these files",
            )

    def _tell(self, path: str) -> None:
        if self._on_change is not None:
            self._on_change(path)

    async def _current(self, path: str) -> str | None:
        return await self._editor.read(self.root, path)
