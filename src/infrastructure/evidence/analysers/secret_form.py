"""What a credential of a provider looks like, and one that was found, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One credential; positions are in the text. `grade` is provider, strong or plain."""

    kind: str
    title: str
    start: int
    end: int
    confidence: float
    grade: str


@dataclass(frozen=True, slots=True)
class Provider:
    """One form of credential: `marks` are texts of which one stands in each, `pattern` is the whole.

    `longest` guards against data that happens to begin alike; `is_live` is False for keys of a sandbox.
    """

    kind: str
    title: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    longest: int = 300
    is_live: bool = True


def rule(
    kind: str, title: str, marks: str, pattern: str, *, longest: int = 300, is_live: bool = True
) -> Provider:
    """A form whose `marks` are parted by blanks; `longest` in characters."""
    return Provider(kind, title, tuple(marks.split()), re.compile(pattern), longest, is_live)
