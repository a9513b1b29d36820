"""What is remembered, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..security.classification import Classification


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose an entry is, and where it comes from.

    `owner` is the user it belongs to and `project` the one whose members may read it too; "" belongs to whoever
    uses this store. `author` is the agent, run or person that wrote it. Entries of one `conversation` are neighbours
    in the order in which they were stored. `said_at` is when what it says was said or happened. `promotion` names the
    short-term entry that it was, so that no entry is promoted twice.
    """

    owner: str = ""
    project: str = ""
    author: str = ""
    conversation: str = ""
    said_at: datetime | None = None
    promotion: str = ""


NOBODY = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as a store keeps it; `stored_at` is when it was last written, in UTC."""

    key: str
    data: object
    classification: Classification
    origin: Origin
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entry that a search found; scores order the hits of one search and mean nothing beyond it.

    `likeness` is the cosine between what it says and what was searched for, from -1 to 1, where both have vectors: that
    may be compared with a number. None means that it was found by its words alone.
    """

    entry: Entry
    score: float
    likeness: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for: words as a person wrote them, among entries of a class and keys with a prefix.

    `limit` is the most hits that are wanted; `owner` of None means anybody's.
    """

    words: str
    prefix: str = ""
    classification: Classification | None = None
    owner: str | None = None
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of a whole store came to: entries read, and keys of those set aside as damaged."""

    entries: int
    damaged: tuple[str, ...] = field(default=())
    repaired: bool = False
