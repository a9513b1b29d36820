"""Edits in the making: staged in memory, each held against the version that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import EditConflict, UserError
from .edits import ChangeSet, FileEdit, hash_of
from .layers import Change, LayeredFile
from .paths import editable

MAX_BYTES = 2 * 1024 * 1024
MARK = "\ufeff"
"""The byte order mark, as it stands in a text."""
NOBODY = ""
"""The author of edits where nobody tells authors apart."""


class EditTransaction:
    """Knows of each path what was there when it was looked at, and what shall be there; reads and writes nothing.

    `current` is always the text on the disk now, None for no file. Staged text wins over it. A path that is not
    staged is not touched.

    Several authors may edit: each must have read what it changes as it is now, staged text of the others included,
    and what one has staged can be taken back.
    """

    def __init__(self, changes: ChangeSet = ChangeSet()) -> None:  # noqa: B008 – immutable
        self._files = {
            edit.path: LayeredFile(edit.before).upon(NOBODY, edit.content) for edit in changes.edits
        }
        self._seen: dict[tuple[str, str], str | None] = {
            (NOBODY, edit.path): edit.new_hash for edit in changes.edits
        }
        self._taken_back: set[str] = set()

    @property
    def changes(self) -> ChangeSet:
        """What is staged, without edits that change nothing."""
        return ChangeSet(tuple(self._edits()))

    @property
    def seen(self) -> tuple[str, ...]:
        """Paths that were read or staged."""
        return tuple(sorted({path for _, path in self._seen}))

    @property
    def disputed(self) -> dict[str, str]:
        """Paths whose text was built upon edits that are taken back, each with whose those were."""
        return {
            path: ", ".join(dict.fromkeys(authors))
            for path, file in sorted(self._files.items())
            if (authors := [one.author for one in file.layers if one.author in self._taken_back])
        }

    def is_staged(self, path: str) -> bool:
        """Whether `staged(path)` has a say."""
        return path in self._files

    def staged(self, path: str) -> str | None:
        """The staged text of `path`; None when it is not staged, or staged to go."""
        file = self._files.get(path)
        return None if file is None else file.content

    def read(self, path: str, current: str | None, author: str = NOBODY) -> str | None:
        """The staged text, else `current`; from now on it counts as the version that `author` edits."""
        text = self._now(path, current)
        self.noticed(path, text, author)
        return text

    def noticed(self, path: str, text: str | None, author: str = NOBODY) -> None:
        """`author` has seen `text` at `path`."""
        self._seen[author, path] = hash_of(text)

    def stage(self, path: str, text: str, current: str | None, author: str = NOBODY) -> Change:
        """Let `path` be `text`, in the line ends and with the mark that the file has; raises EditConflict."""
        name = editable(path)
        self._refuse_unread(name, author)
        before = self._version(name, current, author)
        new = text if before is None else in_the_manner_of(text, before)
        _check(name, new)
        return self._put(name, current, new, author)

    def replace(
        self, path: str, old: str, new: str, current: str | None, count: int = 1, author: str = NOBODY
    ) -> Change:
        """Put `new` for `old`, which must stand there exactly `count` times; raises UserError, EditConflict."""
        name = editable(path)
        before = self._version(name, current, author)
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
        return self._put(name, current, result, author)

    def delete(self, path: str, current: str | None, author: str = NOBODY) -> Change:
        """Let the file go; raises UserError when there is none, EditConflict when it is not the one that was read."""
        name = editable(path)
        self._refuse_unread(name, author)
        if self._version(name, current, author) is None:
            raise UserError(f"file {name!r} does not exist", code="edit", hint="check its spelling")
        return self._put(name, current, None, author)

    def make_again(self, change: Change) -> None:
        """Stage what was staged before, in the same order; raises StorageError when it does not fit."""
        file = change.made_of(self._files.get(change.path))
        self._files[change.path] = file
        self.noticed(change.path, file.content, change.author)

    def discard(self, path: str) -> None:
        """Forget what is staged for `path`, and the versions that were seen of it."""
        self._files.pop(path, None)
        self._seen = {key: digest for key, digest in self._seen.items() if key[1] != path}

    def has_edits_of(self, author: str) -> bool:
        """Whether anything is staged by `author` that was not taken back."""
        return author not in self._taken_back and any(
            layer.author == author for file in self._files.values() for layer in file.layers
        )

    def take_back(self, author: str) -> tuple[str, ...]:
        """Take back what `author` has staged; the paths whose text is another one now.

        Where somebody else has built upon it, it stays, and the path is disputed.
        """
        self._taken_back.add(author)
        changed = []
        for path, file in sorted(self._files.items()):
            left = file.without(self._taken_back)
            if left != file:
                changed.append(path)
                self._files[path] = left
            if not left.layers:
                del self._files[path]
        return tuple(changed)

    def conflicts(self, current: Mapping[str, str | None]) -> tuple[str, ...]:
        """Edited paths whose hash in `current` (None for no file) is not the one that they were made from."""
        edits = self.changes.edits
        return tuple(edit.path for edit in edits if current.get(edit.path) != edit.base_hash)

    def _edits(self) -> Iterator[FileEdit]:
        for path, file in self._files.items():
            if file.before != file.content:
                yield FileEdit(path, file.before, file.content)

    def _now(self, path: str, current: str | None) -> str | None:
        file = self._files.get(path)
        return current if file is None else file.content

    def _version(self, path: str, current: str | None, author: str) -> str | None:
        """The text that `author` edits; raises EditConflict when it is not the one that it has read."""
        text = self._now(path, current)
        now = hash_of(text)
        # What was read for the whole team counts for each of it, as long as none of them has staged anything.
        shared = now if path in self._files else self._seen.get((NOBODY, path), now)
        if self._seen.get((author, path), shared) != now:
            raise _changed_since(path, "another agent" if path in self._files else "somebody else")
        return text

    def _refuse_unread(self, path: str, author: str) -> None:
        """Nobody replaces as a whole what another one has staged, and it has never seen."""
        file = self._files.get(path)
        if file is None or file.content is None or file.author == author:
            return
        if (author, path) not in self._seen:
            raise _changed_since(path, "another agent")

    def _put(self, path: str, current: str | None, content: str | None, author: str) -> Change:
        file = self._files.get(path) or LayeredFile(current)
        others = (other for other in self._edits() if other.path != path)
        ChangeSet((*others, FileEdit(path, file.before, content)))
        self._files[path] = file.upon(author, content)
        self.noticed(path, content, author)
        return Change.between(path, author, file, content)


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


def _changed_since(path: str, who: str) -> EditConflict:
    return EditConflict(
        f"file {path!r} was changed by {who} since it was read",
        details={"files": {path: "changed since it was read"}},
        hint="read it again, then edit what is there now",
    )


def _not_so_often(path: str, found: int, count: int) -> UserError:
    if not found:
        hint = "read the file again, and give the text exactly, with its indentation"
        return UserError(f"the text to be replaced is not in {path!r}", code="edit", hint=hint)
    hint = f"give more of the lines around it, or count={found} to replace each of them"
    times = "once" if found == 1 else f"{found} times"
    return UserError(f"the text to be replaced is in {path!r} {times}, not {count}", code="edit", hint=hint)
