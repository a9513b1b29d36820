"""What was learned once and may be of use again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..security.classification import Classification
from .entry import Entry, Origin

PREFIX = "pattern/"
TYPE = re.compile(r"[a-z0-9](?:[a-z0-9_]{0,39})")
"""A type goes into keys, and a dash divides it from the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A lesson, rule, solution or finding of one type; `metadata` is JSON of whoever stored it."""

    id: str
    pattern_type: str
    content: str
    classification: Classification
    metadata: Mapping[str, object] = field(default_factory=dict)
    origin: Origin
    stored_at: datetime

    @property
    def key(self) -> str:
        """The key of its entry."""
        return PREFIX + self.id


def checked_type(pattern_type: str) -> str:
    """`pattern_type`, or a ValueError that says what a type looks like."""
    if not TYPE.fullmatch(pattern_type):
        raise ValueError(f"pattern type {pattern_type!r} is not a word of a-z, 0-9 and _, e.g. bug_fix")
    return pattern_type


def pattern_data(content: str, pattern_type: str, metadata: Mapping[str, object] | None) -> dict[str, object]:
    """The form in which a pattern is stored; ValueError for blank content."""
    if not content.strip():
        raise ValueError("the content of a pattern is blank; say what is to be remembered")
    return {"content": content, "type": checked_type(pattern_type), "metadata": dict(metadata or {})}


def pattern_of(entry: Entry) -> Pattern | None:
    """The pattern that `entry` holds; None when it holds something else."""
    match entry.data:
        case {"content": str() as content, "type": str() as kind, "metadata": dict() as metadata}:
            return Pattern(
                id=entry.key.removeprefix(PREFIX),
                pattern_type=kind,
                content=content,
                classification=entry.classification,
                metadata=metadata,
                origin=entry.origin,
                stored_at=entry.stored_at,
            )
        case _:
            return None
