"""What a person wants to be asked about before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Approvals:
    """Which tools and which agents wait for a person, and the spending (US dollars) beyond which one is asked, once.

    "*" stands for every tool that writes or executes.
    """

    tools: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    above_usd: Decimal | None = None

    @property
    def any(self) -> bool:
        """Whether anything is to be asked."""
        return bool(self.tools or self.agents) or self.above_usd is not None


class DoubtPolicy(StrEnum):
    """What becomes of a step that must not be repeated and was under way when its process ended."""

    ASK = "ask"
    RETRY = "retry"
    SKIP = "skip"


class WaitKind(StrEnum):
    """What a run waits for."""

    APPROVAL = "approval"
    DOUBT = "doubt"
    SIGNAL = "signal"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that a run waits for: the signal `name` that ends it, and in plain words what it is about.

    `until` is set for a timer alone.
    """

    kind: WaitKind
    name: str
    words: str
    until: datetime | None = None
