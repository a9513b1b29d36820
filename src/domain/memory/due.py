"""Short-term entries whose time has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An entry that is due for promotion, written at `stashed_at` (UTC).

    `version` names this very writing of it, and no other ever has it.
    """

    key: str
    value: object
    version: str
    stashed_at: datetime
