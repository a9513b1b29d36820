"""Makes several changes at once: checked, written beside, exchanged, and checked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ...domain.errors import EditConflict, StorageError
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.workspace.checkpoints import Checkpoint, CheckpointReason, CheckpointState, SavedFile
from ...domain.workspace.edits import EditOutcome, EditStatus
from ..common.confined import NotAFileError
from .settling import Settling, beside, committed
from .writing import Found, WritingHandle


@dataclass(frozen=True, slots=True)
class Target:
    """One file: the digest that it must have (None: not be there), and its new bytes (None: go)."""

    path: str
    expected: str | None
    content: bytes | None
    digest: str | None
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a change is made for, and the folders that go with it when it leaves them empty."""

    id: str
    root: str
    moment: datetime
    reason: CheckpointReason
    label: str = ""
    run_id: str = ""
    emptied: tuple[str, ...] = ()
    restores: str = ""


class Commit:
    """One change of a folder; `still_allowed` is asked last of all and may raise."""

    def __init__(
        self, folder: WritingHandle, store: CheckpointStore, still_allowed: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._store = store
        self._still_allowed = still_allowed

    def run(self, purpose: Purpose, targets: Iterable[Target]) -> EditOutcome:
        """Make the change; raises EditConflict, and whatever else went wrong, when nothing of it is left."""
        targets = tuple(targets)
        found = self._check(purpose.root, targets)
        checkpoint = _checkpoint(purpose, targets, found, self._new_folders(purpose.root, targets))
        contents = {one.digest: one.content for one in found.values() if one is not None}
        self._store.save(checkpoint, contents)
        try:
            self._prepare(checkpoint, targets, found)
            self._place(checkpoint)
            self._store.mark(checkpoint.id, CheckpointState.COMMITTED)
        except Exception as error:
            outcome = self._settle(checkpoint)
            if outcome.status is EditStatus.COMMITTED:  # all was done when the last note of it failed
                return outcome
            if isinstance(error, EditConflict):
                error.details["kept"] = outcome.kept
            raise
        try:
            return self._settle(checkpoint)
        except (OSError, StorageError):  # all is in place and noted; who comes next sweeps up
            return committed(checkpoint)

    def _settle(self, checkpoint: Checkpoint) -> EditOutcome:
        return Settling(self._folder, self._store, self._store.load(checkpoint.id)).run()

    def _check(self, root: str, targets: tuple[Target, ...]) -> dict[str, Found | None]:
        """The files as they are now; all that are not as expected are named in one error."""
        found: dict[str, Found | None] = {}
        wrong: dict[str, str] = {}
        for target in targets:
            try:
                found[target.path] = self._folder.look(target.path, keep=True)
            except NotAFileError as reason:
                wrong[target.path] = str(reason)
                continue
            difference = _difference(target.expected, found[target.path])
            wrong |= {target.path: difference} if difference else {}
        if wrong:
            raise conflict(root, wrong)
        return found

    def _new_folders(self, root: str, targets: tuple[Target, ...]) -> tuple[str, ...]:
        missing: set[str] = set()
        for target in targets:
            if target.content is not None:
                with _meanwhile(root, target.path):
                    missing.update(self._folder.missing_folders(target.path))
        return tuple(sorted(missing))

    def _prepare(
        self, checkpoint: Checkpoint, targets: tuple[Target, ...], found: Mapping[str, Found | None]
    ) -> None:
        for folder in checkpoint.folders:
            with _meanwhile(checkpoint.root, folder):
                self._folder.make_folder(folder)
        for number, target in enumerate(targets):
            if target.content is not None:
                before = found[target.path]
                mode = before.mode if before and target.mode is None else target.mode
                temporary = beside(checkpoint.id, number, target.path)
                with _meanwhile(checkpoint.root, target.path):
                    self._folder.write(temporary, target.content, mode, before.owner if before else None)
        for file, _ in _each(checkpoint):
            self._folder.sync(file.path)
        self._store.mark(checkpoint.id, CheckpointState.PREPARED)
        self._still_allowed()

    def _place(self, checkpoint: Checkpoint) -> None:
        """Exchange all, then look at what came out: what somebody wrote in between is seen, and goes back."""
        displaced = []
        for file, temporary in _each(checkpoint):
            with _meanwhile(checkpoint.root, file.path):
                if self._exchange(checkpoint.root, file, temporary):
                    displaced.append((file, temporary))
        wrong = {file.path: why for file, temporary in displaced if (why := self._why_not(file, temporary))}
        if wrong:
            raise conflict(checkpoint.root, wrong)
        for file, _ in _each(checkpoint):
            self._folder.sync(file.path)

    def _exchange(self, root: str, file: SavedFile, temporary: str) -> bool:
        """Put one file in place; whether what it replaced lies beside."""
        if file.digest is None:
            self._folder.move(temporary, file.path)
            return False
        if file.after is None:
            self._folder.move(file.path, temporary)
            return True
        if self._folder.exchange(temporary, file.path):
            return True
        # Without an exchange the last look is right before the rename, and what falls between is lost.
        why = self._why_not(file, file.path)
        if why:
            raise conflict(root, {file.path: why})
        self._folder.replace(temporary, file.path)
        return False

    def _why_not(self, file: SavedFile, place: str) -> str:
        try:
            return _difference(file.digest, self._folder.look(place))
        except NotAFileError as reason:
            return str(reason)


def conflict(root: str, wrong: Mapping[str, str]) -> EditConflict:
    """The error that names every file that is not as it should be."""
    names = ", ".join(f"{path!r} {why}" for path, why in sorted(wrong.items()))
    return EditConflict(
        f"files in {root!r} are not what the edits were made from: {names}",
        details={"root": root, "files": dict(wrong)},
        hint="nothing was written; read them again and make the edits anew",
    )


@contextmanager
def _meanwhile(root: str, path: str) -> Iterator[None]:
    """What was there, or was not, when it was checked, and now is not as it was: a conflict."""
    try:
        yield
    except FileExistsError:
        raise conflict(root, {path: "was created meanwhile"}) from None
    except FileNotFoundError:
        raise conflict(root, {path: "was deleted meanwhile"}) from None
    except NotAFileError as reason:
        raise conflict(root, {path: str(reason)}) from None


def _each(checkpoint: Checkpoint) -> Iterator[tuple[SavedFile, str]]:
    for number, file in enumerate(checkpoint.files):
        yield file, beside(checkpoint.id, number, file.path)


def _checkpoint(
    purpose: Purpose,
    targets: tuple[Target, ...],
    found: Mapping[str, Found | None],
    folders: tuple[str, ...],
) -> Checkpoint:
    saved = (saved_file(target.path, found[target.path]) for target in targets)
    files = tuple(replace(one, after=target.digest) for one, target in zip(saved, targets, strict=True))
    return Checkpoint(
        purpose.id, purpose.root, purpose.moment, purpose.reason, files, purpose.label, purpose.run_id,
        folders, purpose.emptied, purpose.restores, CheckpointState.OPEN,
    )  # fmt: skip


def saved_file(path: str, found: Found | None) -> SavedFile:
    """What a checkpoint says of a file."""
    return SavedFile(path, None) if found is None else SavedFile(path, found.digest, found.size, found.mode)


def _difference(expected: str | None, found: Found | None) -> str:
    if (None if found is None else found.digest) == expected:
        return ""
    if found is None:
        return "was deleted"
    return "exists already" if expected is None else "was changed"
