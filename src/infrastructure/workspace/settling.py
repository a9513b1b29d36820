"""Brings a change to its end that has come half-way: swept up when it was committed, undone when it was not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.workspace.checkpoints import Checkpoint, CheckpointState, SavedFile
from ...domain.workspace.edits import EditOutcome, EditStatus, FileStatus
from ..common.confined import NotAFileError
from .writing import Found, WritingHandle

OTHER = Found("", 0, 0, (0, 0), (0, 0))
"""Something that is no regular file: never what we have written, never what was kept."""


def beside(checkpoint_id: str, number: int, path: str) -> str:
    """Where the new content of the file with this number lies until it takes its place, and the old one after."""
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}.muster-{checkpoint_id}-{number}"


@dataclass(slots=True)
class Settling:
    """One checkpoint whose change came to no end. What the disk holds decides, so that it can be begun again.

    A file that is neither as it was nor as it was to be has been changed by somebody else, and is left alone.
    """

    folder: WritingHandle
    store: CheckpointStore
    checkpoint: Checkpoint
    kept: list[str] = field(default_factory=list)

    def run(self) -> EditOutcome:
        """Sweep up or undo, and note it."""
        if self.checkpoint.state is CheckpointState.COMMITTED:
            return self.sweep()
        files = {file.path: self._take_back(file, temporary) for file, temporary in self._each()}
        for path in reversed(self.checkpoint.folders):
            self.folder.remove_folder(path)
        self._sync()
        conflict = FileStatus.LEFT_ALONE in files.values()
        self.store.mark(self.checkpoint.id, CheckpointState.CONFLICT if conflict else CheckpointState.UNDONE)
        status = EditStatus.CONFLICT if conflict else EditStatus.ROLLED_BACK
        return EditOutcome(status, files, self.checkpoint.id, tuple(self.kept))

    def sweep(self) -> EditOutcome:
        """Remove what was replaced, unless somebody has just written into it."""
        for file, temporary in self._each():
            found = self._look(temporary) if self._can_reach(temporary) else None
            if found is not None:
                self._discard(temporary, found, file)
        for path in reversed(self.checkpoint.emptied):
            self.folder.remove_folder(path)
        self._sync()
        self.store.mark(self.checkpoint.id, CheckpointState.SETTLED)
        return replace(committed(self.checkpoint), kept=tuple(self.kept))

    def _each(self) -> Iterator[tuple[SavedFile, str]]:
        for number, file in enumerate(self.checkpoint.files):
            yield file, beside(self.checkpoint.id, number, file.path)

    def _sync(self) -> None:
        for path in {file.path.rpartition("/")[0]: file.path for file in self.checkpoint.files}.values():
            with contextlib.suppress(NotAFileError):
                self.folder.sync(path)

    def _take_back(self, file: SavedFile, temporary: str) -> FileStatus:
        if not self._can_reach(file.path):
            return FileStatus.LEFT_ALONE
        if self.checkpoint.state is CheckpointState.OPEN:
            return self._unwrite(temporary)
        return self._undo(file, temporary)

    def _can_reach(self, path: str) -> bool:
        """Whether nobody has put a link, or a file, in the place of a folder on the way."""
        self.folder.forget()
        try:
            self.folder.folder(path.rpartition("/")[0])
        except NotAFileError:
            return False
        except OSError as error:
            return isinstance(error, FileNotFoundError)
        return True

    def _unwrite(self, temporary: str) -> FileStatus:
        """Nothing is in place yet; what lies beside may be half a file."""
        if self._look(temporary) is not None:
            self.folder.remove(temporary)
        return FileStatus.UNTOUCHED

    def _undo(self, file: SavedFile, temporary: str) -> FileStatus:
        spare = f"{temporary}-old"
        if self._look(spare) is not None:  # of an undoing that was itself cut short
            self.folder.remove(spare)
        lying, standing = self._look(temporary), self._look(file.path)
        if lying is None:
            return self._without_displaced(file, spare, standing)
        if file.after is not None and lying.digest == file.after:
            return self._not_yet_placed(file, temporary, lying, standing)
        return self._put_back(file, temporary, lying, standing)

    def _not_yet_placed(
        self, file: SavedFile, temporary: str, lying: Found, standing: Found | None
    ) -> FileStatus:
        """The new content lies beside; with a second name it is in place as well, and only then."""
        if standing is not None and standing.inode == lying.inode:
            self.folder.remove(file.path)
        self.folder.remove(temporary)
        return self._untouched(file, standing)

    def _put_back(
        self, file: SavedFile, temporary: str, displaced: Found, standing: Found | None
    ) -> FileStatus:
        """What was replaced lies beside: it changes places again with ours, if ours is still there."""
        if standing is not None and standing.inode == displaced.inode != OTHER.inode:
            self.folder.remove(temporary)  # a second name of what stands there
            return FileStatus.UNTOUCHED
        if _digest(standing) != file.after:
            self._discard(temporary, displaced, file)
            return FileStatus.LEFT_ALONE
        if file.after is None:
            try:
                self.folder.move(temporary, file.path)
            except FileExistsError:  # made just now
                self._discard(temporary, displaced, file)
                return FileStatus.LEFT_ALONE
            return FileStatus.RESTORED
        self.folder.exchange(temporary, file.path)
        if _digest(self._look(temporary)) != file.after:  # written just now, into ours
            self.folder.exchange(temporary, file.path)
            self._discard(temporary, displaced, file)
            return FileStatus.LEFT_ALONE
        self.folder.remove(temporary)
        return FileStatus.RESTORED

    def _without_displaced(self, file: SavedFile, spare: str, standing: Found | None) -> FileStatus:
        """Nothing lies beside: not begun, undone already, or put in place by a plain rename."""
        if file.after is None or _digest(standing) != file.after:
            return self._untouched(file, standing)
        if file.digest is None:
            self.folder.move(file.path, spare)
            if _digest(self._look(spare)) != file.after:  # written just now
                self.folder.move(spare, file.path)
                return FileStatus.LEFT_ALONE
            self.folder.remove(spare)
            return FileStatus.RESTORED
        content = self.store.content(self.checkpoint.id, file.digest)
        self.folder.write(spare, content, file.mode, standing.owner if standing else None)
        self.folder.replace(spare, file.path)
        return FileStatus.RESTORED

    def _untouched(self, file: SavedFile, standing: Found | None) -> FileStatus:
        same = _digest(standing) in {file.digest, file.after}
        return FileStatus.UNTOUCHED if same else FileStatus.LEFT_ALONE

    def _discard(self, temporary: str, found: Found, file: SavedFile) -> None:
        """Remove what the checkpoint has too; anything else is somebody's only copy."""
        if found.digest in {file.digest, file.after}:
            self.folder.remove(temporary)
        else:
            self.kept.append(temporary)

    def _look(self, path: str) -> Found | None:
        try:
            return self.folder.look(path)
        except NotAFileError:
            return OTHER


def _digest(found: Found | None) -> str | None:
    return None if found is None else found.digest


def committed(checkpoint: Checkpoint) -> EditOutcome:
    """The outcome of a change that was made."""
    files = {
        file.path: FileStatus.DELETED if file.after is None else FileStatus.WRITTEN
        for file in checkpoint.files
    }
    return EditOutcome(EditStatus.COMMITTED, files, checkpoint.id)
