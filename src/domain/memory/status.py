"""How memory is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .coordination import QueueCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TierStatus:
    """One tier: which adapter keeps it, whether it answers, and what it said when it did not.

    `entries` is None where it was not counted.
    """

    backend: str
    available: bool
    entries: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryStatus:
    """Both tiers; memory as a whole is healthy when both answer.

    `queues` are those that hold a task, `sessions` those that have a member; where the short-term tier is away there is
    neither.
    """

    short_term: TierStatus
    long_term: TierStatus
    by_class: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[str, QueueCounts] = field(default_factory=dict)
    sessions: int = 0

    @property
    def healthy(self) -> bool:
        """Whether both tiers answer."""
        return self.short_term.available and self.long_term.available


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What keys were written from one tier to the other, because the one was newer."""

    to_long_term: tuple[str, ...] = ()
    to_short_term: tuple[str, ...] = ()
