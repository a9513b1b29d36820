"""Edits in the making: staged in memory, each held against the version that it was made from."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import EditConflict, UserError
from .edits import ChangeSet, FileEdit, hash_of
from .paths import editable

MAX_BYTES = 2 * 1024 * 1024
MARK = "\ufeff"
"""The byte order mark, as it stands in a text."""


class EditTransaction:
    """Knows of each path what was there when it was looked at, and what shall be there; reads and writes nothing.

    `current` is always the text on the disk now, None for no file. Staged text wins over it. A path that is not
    staged is not touched.
    """

    def __init__(self, changes: ChangeSet = ChangeSet()) -> None:  # noqa: B008 – immutable
        self._edits = {edit.path: edit for edit in changes.edits}
        self._seen: dict[str, str | None] = {edit.path: edit.base_hash for edit in changes.edits}

    @property
    def changes(self) -> ChangeSet:
        """What is staged, without edits that change nothing."""
        return ChangeSet(tuple(edit for edit in self._edits.values() if edit.before != edit.content))

    @property
    def seen(self) -> tuple[str, ...]:
        """Paths that were read or staged."""
        return tuple(sorted(self._seen))

    def is_staged(self, path: str) -> bool:
        """Whether `staged(path)` has a say."""
        return path in self._edits

    def staged(self, path: str) -> str | None:
        """The staged text of `path`; None when it is not staged, or staged to go."""
        edit = self._edits.get(path)
        return None if edit is None else edit.content

    def read(self, path: str, current: str | None) -> str | None:
        """The staged text, else `current`, which counts from now on as the version that edits are made from."""
        if path in self._edits:
            return self._edits[path].content
        self._seen[path] = hash_of(current)
        return current

    def stage(self, path: str, text: str, current: str | None) -> None:
        """Let `path` be `text`, in the line ends and with the mark that the file has; raises EditConflict."""
        name = editable(path)
        base = self._base(name, current)
        before = self.staged(name) if name in self._edits else base
        new = text if before is None else in_the_manner_of(text, before)
        _check(name, new)
        self._put(FileEdit(name, base, new))

    def replace(self, path: str, old: str, new: str, current: str | None, count: int = 1) -> None:
        """Put `new` for `old`, which must stand there exactly `count` times; raises UserError, EditConflict."""
        name = editable(path)
        base = self._base(name, current)
        before = self.staged(name) if name in self._edits else base
        if before is None:
            raise UserError(f"file {name!r} does not exist", code="edit", hint="write the whole file instead")
        if not old:
            raise UserError("the text to be replaced is empty", code="edit", hint="write the whole file")
        if old not in before:
            old, new = _with_ends_of(before, old), _with_ends_of(before, new)
        found = before.count(old)
        if found != count:
            raise _not_so_often(name, found, count)
        result = before.replace(old, new)
        _check(name, result)
        self._put(FileEdit(name, base, result))

    def delete(self, path: str, current: str | None) -> None:
        """Let the file go; raises UserError when there is none, EditConflict when it is not the one that was read."""
        name = editable(path)
        base = self._base(name, current)
        if (self.staged(name) if name in self._edits else base) is None:
            raise UserError(f"file {name!r} does not exist", code="edit", hint="check its spelling")
        self._put(FileEdit(name, base, None))

    def discard(self, path: str) -> None:
        """Forget what is staged for `path`, and the version that it was made from."""
        self._edits.pop(path, None)
        self._seen.pop(path, None)

    def conflicts(self, current: Mapping[str, str | None]) -> tuple[str, ...]:
        """Edited paths whose hash in `current` (None for no file) is not the one that they were made from."""
        edits = self.changes.edits
        return tuple(edit.path for edit in edits if current.get(edit.path) != edit.base_hash)

    def _base(self, path: str, current: str | None) -> str | None:
        """The text that edits of `path` are made from."""
        if path in self._edits:
            return self._edits[path].before
        if path in self._seen and self._seen[path] != hash_of(current):
            raise EditConflict(
                f"file {path!r} was changed by somebody else since it was read",
                details={"files": {path: "changed since it was read"}},
                hint="read it again, then edit what is there now",
            )
        return current

    def _put(self, edit: FileEdit) -> None:
        others = (other for other in self._edits.values() if other.path != edit.path)
        ChangeSet((*(other for other in others if other.before != other.content), edit))
        self._edits[edit.path] = edit
        self._seen.setdefault(edit.path, edit.base_hash)


def in_the_manner_of(text: str, model: str) -> str:
    """`text` with the line ends of `model`, where those are all alike, and with its byte order mark."""
    text = _with_ends_of(model, text)
    return MARK + text if model.startswith(MARK) and not text.startswith(MARK) else text


def _with_ends_of(model: str, text: str) -> str:
    ends = model.count("\r\n")
    if ends and ends == model.count("\n") and "\r" not in text:
        return text.replace("\n", "\r\n")
    return text


def _check(path: str, text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise UserError(f"the text for {path!r} is not Unicode", code="edit", hint="write UTF-8") from None
    if "\0" in text:
        raise UserError(f"the text for {path!r} holds NUL", code="edit", hint="only text is written")
    if size > MAX_BYTES:
        hint = "split it, or have a program make it"
        raise UserError(f"the text for {path!r} is larger than 2 MB ({size:,} bytes)", code="edit", hint=hint)


def _not_so_often(path: str, found: int, count: int) -> UserError:
    if not found:
        hint = "read the file again, and give the text exactly, with its indentation"
        return UserError(f"the text to be replaced is not in {path!r}", code="edit", hint=hint)
    hint = f"give more of the lines around it, or count={found} to replace each of them"
    times = "once" if found == 1 else f"{found} times"
    return UserError(f"the text to be replaced is in {path!r} {times}, not {count}", code="edit", hint=hint)
