"""Edits of files that are made together or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from ..errors import UserError


class EditKind(StrEnum):
    """What becomes of a file."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file before and after; None is no file. Texts are the bytes of the file, line ends and marks included."""

    path: str
    before: str | None
    content: str | None

    @property
    def kind(self) -> EditKind:
        """What becomes of the file."""
        if self.before is None:
            return EditKind.CREATE
        return EditKind.DELETE if self.content is None else EditKind.CHANGE

    @property
    def base_hash(self) -> str | None:
        """SHA-256 of the bytes that the edit was made from; None for a new file."""
        return hash_of(self.before)

    @property
    def new_hash(self) -> str | None:
        """SHA-256 of the bytes that the file will have; None when it goes."""
        return hash_of(self.content)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Edits that belong together, one a path, sorted; raises UserError for two that cannot both be."""

    edits: tuple[FileEdit, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.edits, key=lambda edit: edit.path))
        # The parts, not the text: "a-b" sorts between "a" and "a/b".
        for one, other in pairwise(sorted(edit.path.split("/") for edit in ordered)):
            if one == other[: len(one)]:
                what = "is edited twice" if one == other else f"would hold {'/'.join(other)!r}, and is a file"
                raise UserError(f"{'/'.join(one)!r} {what}", code="edits", hint="edit each file once")
        object.__setattr__(self, "edits", ordered)

    def __bool__(self) -> bool:
        return bool(self.edits)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that are edited; nothing else is touched."""
        return tuple(edit.path for edit in self.edits)


class EditStatus(StrEnum):
    """How edits ended: all of them there, a file that somebody else changed, or all of them gone."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    ROLLED_BACK = "rolled_back"


class FileStatus(StrEnum):
    """What became of one file; `left_alone` is one that somebody else has changed."""

    WRITTEN = "written"
    DELETED = "deleted"
    RESTORED = "restored"
    UNTOUCHED = "untouched"
    LEFT_ALONE = "left_alone"


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What became of the edits; `checkpoint_id` brings back what they replaced, "" where they replaced nothing.

    `kept` are files beside the edited ones that hold what somebody else wrote in the very moment of the change.
    """

    status: EditStatus
    files: Mapping[str, FileStatus] = field(default_factory=dict)
    checkpoint_id: str = ""
    kept: tuple[str, ...] = ()


def hash_of(text: str | None) -> str | None:
    """SHA-256 of the bytes of `text`; None for no file."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
