"""One entry of the ledger, and sums of entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..models.attempt import Attempt
from ..models.usage import Usage


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One attempt, who made it, and when it ended (UTC)."""

    at: datetime
    run_id: str
    agent: str
    attempt: Attempt


class Grouping(StrEnum):
    """What sums are made by."""

    RUN = "run"
    AGENT = "agent"
    MODEL = "model"
    TIER = "tier"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which entries: of one run, of one agent, and those at or after `since` and before `until` (UTC)."""

    run_id: str = ""
    agent: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CostTotal:
    """Sums over a group of entries.

    `cost` is in US dollars over the priced calls; `unpriced` counts those whose price is not known, which are
    never taken for free. `estimated` counts calls whose tokens were estimated because the provider reported
    none, and `failed` those that gave no answer; both cost what they cost.
    """

    key: str
    calls: int
    failed: int
    usage: Usage
    cost: Decimal
    unpriced: int = 0
    estimated: int = 0
    cached: int = 0
