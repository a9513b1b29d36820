"""What an agent is reminded of before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """One thing that was remembered, in the words that the agent is told, and the tokens that they take.

    `key` is that of the memory's entry; `author` who stored it and `stored_at` when: unknown for a list of findings.
    """

    key: str
    words: str
    tokens: int
    author: str = ""
    stored_at: datetime | None = None
