"""Changes of folders on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ...domain.errors import StorageError, UserError, WorkspaceError
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.ports.clock import Clock
from ...domain.ports.edit_lock import EditLock
from ...domain.ports.ids import Ids
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.security.paths import inside
from ...domain.workspace.checkpoints import Checkpoint, CheckpointReason
from ...domain.workspace.edits import ChangeSet, EditOutcome, EditStatus, FileStatus
from ...domain.workspace.locking import EditTicket
from ...domain.workspace.paths import editable
from ..common.confined import NotAFileError
from ..common.exclusion import alone, key_of
from ..common.trouble import disk_errors
from .commit import Commit, Purpose, Target, conflict, saved_file
from .roots import real_folder
from .settling import Settling, committed
from .text import NotTextError, read_text
from .writing import Found, WritingHandle

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds that a change of another process may take."""
SECONDS = 120.0
"""How long a change may take that brings no lock of its own."""
KEPT = 50
"""Automatic checkpoints of one folder that are kept."""


class FilesystemEditor(WorkspaceEditor):
    """Works in a thread, one change of a folder at a time over all processes; a change once begun comes to its end.

    `place` is where the locks of running changes lie. `open_folder` makes the handle that all writing goes through.
    """

    def __init__(
        self, store: CheckpointStore, lock: EditLock, clock: Clock, ids: Ids, place: Path,
        keep: int = KEPT, open_folder: Callable[[str], WritingHandle] = WritingHandle,
    ) -> None:  # fmt: skip
        self._store = store
        self._lock = lock
        self._clock = clock
        self._ids = ids
        self._place = place
        self._keep = keep
        self._open = open_folder

    async def read(self, root: str, path: str) -> str | None:
        """Through the same guard as the workspace."""
        name = inside(path)
        place = real_folder(root)
        return await asyncio.to_thread(_text, self._open, place, name)

    async def apply(
        self,
        root: str,
        changes: ChangeSet,
        ticket: EditTicket | None = None,
        run_id: str = "",
        label: str = "",
        owner: str = "",
    ) -> EditOutcome:
        """Check, keep, write beside, exchange, check again; undone where anything goes wrong."""
        targets = tuple(
            Target(_own(edit.path), edit.base_hash, _bytes(edit.content), edit.new_hash)
            for edit in changes.edits
            if edit.base_hash != edit.new_hash
        )
        place = real_folder(root)
        if not targets:
            return EditOutcome(EditStatus.COMMITTED)
        purpose = self._purpose(place, CheckpointReason.COMMIT, label, run_id)

        def work() -> EditOutcome:
            with self._right_to_edit(place, ticket, owner or run_id or purpose.id) as held:
                return self._commit(purpose, lambda _: targets, held)

        return await _to_its_end(work)

    async def made(self, root: str, changes: ChangeSet, run_id: str) -> EditOutcome | None:
        """By the checkpoint of the change."""
        place = real_folder(root)
        wanted = {edit.path: (edit.base_hash, edit.new_hash) for edit in changes.edits}

        def look() -> EditOutcome | None:
            for one in self._store.list(place):
                mine = one.run_id == run_id and one.reason is CheckpointReason.COMMIT and one.can_be_undone
                if mine and wanted == {file.path: (file.digest, file.after) for file in one.files}:
                    return committed(one)
            return None

        return await asyncio.to_thread(look)

    async def checkpoint(
        self, root: str, paths: Sequence[str], reason: CheckpointReason, run_id: str = "", label: str = ""
    ) -> Checkpoint:
        """Read all, then keep them."""
        names = tuple(sorted({inside(path) for path in paths}))
        place = real_folder(root)
        purpose = self._purpose(place, reason, label, run_id)

        def work() -> Checkpoint:
            with self._folder(place) as folder:
                found = {name: _found(folder, name) for name in names}
                files = tuple(saved_file(name, one) for name, one in found.items())
                taken = Checkpoint(purpose.id, place, purpose.moment, reason, files, label, run_id)
                self._store.save(taken, {one.digest: one.content for one in found.values() if one})
                self._prune(place)
                return taken

        return await _to_its_end(work)

    async def restore(self, root: str, checkpoint_id: str, force: bool = False) -> EditOutcome:
        """A change like any other, back to what was kept."""
        place = real_folder(root)
        before = await asyncio.to_thread(self._store.load, checkpoint_id)
        _check_restorable(before, place, force)
        purpose = replace(
            self._purpose(
                place, CheckpointReason.RESTORE, f"before going back to {before.id}", before.run_id
            ),
            emptied=before.folders,
            restores=before.id,
        )

        def work() -> EditOutcome:
            with self._right_to_edit(place, None, purpose.id) as ticket:
                return self._commit(purpose, lambda folder: self._back(folder, before, force), ticket)

        outcome = await _to_its_end(work)
        files = dict.fromkeys((file.path for file in before.files), FileStatus.UNTOUCHED)
        files |= dict.fromkeys(outcome.files, FileStatus.RESTORED)
        return replace(outcome, status=EditStatus.ROLLED_BACK, files=files)

    async def recover(self, root: str) -> tuple[EditOutcome, ...]:
        """The newest first: each was made from what the one before had left."""
        place = real_folder(root)

        def work() -> tuple[EditOutcome, ...]:
            with self._alone(place), self._open(place) as folder:
                return self._settled(folder, place)

        return await _to_its_end(work)

    def _commit(
        self, purpose: Purpose, targets: Callable[[WritingHandle], Sequence[Target]], ticket: EditTicket
    ) -> EditOutcome:
        with self._folder(purpose.root) as folder:
            wanted = targets(folder)
            if not wanted:
                return EditOutcome(EditStatus.COMMITTED)
            outcome = Commit(folder, self._store, lambda: self._lock.check(ticket)).run(purpose, wanted)
            self._prune(purpose.root)
            return outcome

    def _prune(self, place: str) -> None:
        """Not being able to is no reason to call what was done a failure."""
        with suppress(StorageError):
            self._store.prune(place, self._keep, automatic_only=True)

    def _back(self, folder: WritingHandle, before: Checkpoint, force: bool) -> tuple[Target, ...]:
        """What brings each file back that is not as it was; all bytes are read before any is written."""
        targets = []
        for file in before.files:
            content = None if file.digest is None else self._store.content(before.id, file.digest)
            found = _found(folder, file.path)
            now = None if found is None else found.digest
            if now != file.digest:
                expected = file.after if before.is_of_change and not force else now
                targets.append(Target(file.path, expected, content, file.digest, file.mode))
        return tuple(targets)

    def _purpose(self, place: str, reason: CheckpointReason, label: str, run_id: str) -> Purpose:
        return Purpose(self._ids.new("cp"), place, self._clock.now(), reason, label, run_id)

    @contextmanager
    def _right_to_edit(self, place: str, ticket: EditTicket | None, owner: str) -> Iterator[EditTicket]:
        """The ticket that was brought along, if it is good, or one for the time of the change."""
        if ticket is not None:
            if ticket.root != place:
                hint = "take the lock of the folder that is edited"
                raise UserError(f"the lock is of {ticket.root!r}, not of {place!r}", code="lock", hint=hint)
            self._lock.check(ticket)
            yield ticket
            return
        taken = self._lock.acquire(place, owner, SECONDS)
        try:
            yield taken
        finally:
            self._lock.release(taken)

    @contextmanager
    def _alone(self, place: str) -> Iterator[None]:
        with disk_errors(place), alone(self._place / f"{key_of(place)}.commit", place, PATIENCE):
            yield

    @contextmanager
    def _folder(self, place: str) -> Iterator[WritingHandle]:
        """The folder for this process alone, with nothing half-done in it."""
        with self._alone(place), self._open(place) as folder:
            self._settled(folder, place)
            yield folder

    def _settled(self, folder: WritingHandle, place: str) -> tuple[EditOutcome, ...]:
        unfinished = self._store.unfinished(place)
        return tuple(Settling(folder, self._store, one).run() for one in unfinished)


def _own(path: str) -> str:
    """`path`, which must be spelt as `inside` spells it; raises WorkspaceError."""
    if editable(path) != path:
        raise WorkspaceError(f"path {path!r} is not spelt plainly", hint=f"write {editable(path)!r}")
    return path


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _found(folder: WritingHandle, path: str) -> Found | None:
    try:
        return folder.look(path, keep=True)
    except NotAFileError as reason:
        raise conflict(path, {path: str(reason)}) from None


def _check_restorable(checkpoint: Checkpoint, place: str, force: bool) -> None:
    if checkpoint.root != place:
        hint = "go to that folder first"
        raise UserError(
            f"checkpoint {checkpoint.id!r} is of {checkpoint.root!r}", code="checkpoint", hint=hint
        )
    if checkpoint.is_of_change and not checkpoint.can_be_undone and not force:
        hint = "muster checkpoints list shows the others"
        message = f"the change of checkpoint {checkpoint.id!r} was not made: there is nothing to take back"
        raise UserError(message, code="checkpoint", hint=hint)


def _text(open_folder: Callable[[str], WritingHandle], place: str, path: str) -> str | None:
    hint = "only UTF-8 text files of the folder itself are read"
    with disk_errors(place), open_folder(place) as folder:
        try:
            descriptor = folder.open(path)
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            raise WorkspaceError(f"file {path!r} is not read: below a file", hint=hint) from None
        except NotAFileError as reason:
            raise WorkspaceError(f"file {path!r} is not read: {reason}", hint=hint) from None
        try:
            return read_text(descriptor)[1]
        except NotTextError as reason:
            raise WorkspaceError(f"file {path!r} is not read: {reason}", hint=hint) from None
        finally:
            os.close(descriptor)


async def _to_its_end(work: Callable[[], T]) -> T:
    """The result of `work` in a thread; who is cancelled meanwhile still waits for it, and then ends."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise
