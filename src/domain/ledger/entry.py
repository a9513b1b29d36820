"""One entry of the ledger, and sums of entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..errors import ErrorKind
from ..models.attempt import Attempt
from ..models.usage import Usage


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One attempt, who made it, and when it ended (UTC)."""

    at: datetime
    run_id: str
    agent: str
    attempt: Attempt


REFUSED = frozenset({ErrorKind.CIRCUIT_OPEN, ErrorKind.OUR_LIMIT, ErrorKind.BUDGET, ErrorKind.BLOCKED})
"""Kinds of attempts that never reached a provider."""


class Grouping(StrEnum):
    """What sums are made by."""

    RUN = "run"
    AGENT = "agent"
    MODEL = "model"
    PROVIDER = "provider"
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

    `calls` were made, or answered from the cache; calls that were refused before they were made are counted in
    `refused`, and `spared` is what those would have cost at most, in US dollars, as far as that is known.
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
    refused: int = 0
    spared: Decimal = Decimal(0)
