"""What every cost ledger promises."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.errors import ErrorKind
from muster.domain.ledger.entry import CostTotal, Grouping, LedgerEntry, LedgerQuery
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.ports.cost_ledger import CostLedger
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from muster.infrastructure.ledger.sqlite_ledger import SqliteCostLedger
from tests.fakes.clock import START

ALL = LedgerQuery()


def entry(
    cost: str | None = "0.01",
    *,
    at: datetime = START,
    run: str = "run-1",
    agent: str = "scout",
    model: str = "fake/judge",
    tier: ModelTier = ModelTier.CAPABLE,
    error: ErrorKind | None = None,
    spared: str | None = None,
    cached: bool = False,
    source: UsageSource = UsageSource.REPORTED,
) -> LedgerEntry:
    """A call of ten tokens in and five out."""
    attempt = Attempt(
        model.partition("/")[0], model, tier, error, usage=Usage(10, 5, 3, 2, 1), source=source,
        cost=None if cost is None else Decimal(cost), cached=cached,
        spared=None if spared is None else Decimal(spared),
    )  # fmt: skip
    return LedgerEntry(at, run, agent, attempt)


@pytest.fixture(params=["sqlite", "memory"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CostLedger]:
    """Each ledger in turn, empty."""
    if request.param == "memory":
        yield MemoryCostLedger()
    else:
        kept = SqliteCostLedger(tmp_path / "deep" / "costs.db")
        yield kept
        kept.close()


async def test_an_empty_ledger_has_no_sums(ledger: CostLedger) -> None:
    """And no entries."""
    assert await ledger.totals(Grouping.MODEL, ALL) == ()
    assert await ledger.entries(ALL) == ()


async def test_an_entry_comes_back_as_it_was(ledger: CostLedger) -> None:
    """Every field, to the last digit of the money."""
    attempt = Attempt(
        "fake", "fake/judge", ModelTier.PREMIUM, ErrorKind.OVERLOADED, "ü\n\0", 1.25, 0.5,
        Usage(1, 2, 3, 4, 5), UsageSource.ESTIMATED, Decimal("0.000000123456789012345"), Decimal("1E-7"),
        fallback=True, cached=True, batch=True, batch_cost=Decimal("0.5"),
    )  # fmt: skip
    kept = LedgerEntry(START + timedelta(microseconds=7), "run-1", "scout", attempt)
    ledger.record(kept)
    assert await ledger.entries(ALL) == (kept,)


async def test_sums_are_made_over_every_attempt(ledger: CostLedger) -> None:
    """The failed ones cost what they cost; tokens, estimates and hits of the cache are counted."""
    ledger.record(entry("0.1"))
    ledger.record(entry("0.2", error=ErrorKind.TIMEOUT, source=UsageSource.ESTIMATED))
    ledger.record(entry("0", cached=True))
    (total,) = await ledger.totals(Grouping.MODEL, ALL)
    assert total == CostTotal(
        "fake/judge", 3, 1, Usage(30, 15, 9, 6, 3), Decimal("0.3"), estimated=1, cached=1
    )


async def test_what_has_no_price_is_counted_apart(ledger: CostLedger) -> None:
    """It is never taken for free, nor are its neighbours without a price."""
    ledger.record(entry(None))
    ledger.record(entry("0.25"))
    (total,) = await ledger.totals(Grouping.MODEL, ALL)
    assert (total.calls, total.unpriced, total.cost) == (2, 1, Decimal("0.25"))


@pytest.mark.parametrize("kind", [ErrorKind.BUDGET, ErrorKind.BLOCKED, ErrorKind.CIRCUIT_OPEN])
async def test_what_was_refused_before_it_was_made_is_no_call(ledger: CostLedger, kind: ErrorKind) -> None:
    """It is counted apart, with what it would have cost, as far as that is known."""
    ledger.record(entry("0.1"))
    ledger.record(entry("0", error=kind, spared="0.5"))
    ledger.record(entry("0", error=kind, spared=None))
    (total,) = await ledger.totals(Grouping.MODEL, ALL)
    assert (total.calls, total.failed, total.refused, total.spared) == (1, 0, 2, Decimal("0.5"))


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (Grouping.RUN, ["run-2", "run-1"]),
        (Grouping.AGENT, ["critic", "scout"]),
        (Grouping.MODEL, ["rival/other", "fake/judge"]),
        (Grouping.PROVIDER, ["rival", "fake"]),
        (Grouping.TIER, ["cheap", "capable"]),
        (Grouping.DAY, ["2024-05-18", "2024-05-17"]),
    ],
)
async def test_sums_are_by_what_was_asked_the_dearest_first(
    ledger: CostLedger, by: Grouping, keys: list[str]
) -> None:
    """Days are those of UTC, whatever the zone of the moment."""
    ledger.record(entry("0.1"))
    ledger.record(entry("0.1"))
    east = timezone(timedelta(hours=-3))
    other = datetime(2024, 5, 17, 22, 30, tzinfo=east)
    ledger.record(
        entry("0.3", at=other, run="run-2", agent="critic", model="rival/other", tier=ModelTier.CHEAP)
    )
    totals = await ledger.totals(by, ALL)
    assert [total.key for total in totals] == keys
    assert [total.cost for total in totals] == [Decimal("0.3"), Decimal("0.2")]


async def test_a_question_narrows_what_is_summed(ledger: CostLedger) -> None:
    """By run, by agent, from a moment on and before another."""
    for hours, run, agent in [(0, "run-1", "a"), (1, "run-1", "b"), (2, "run-2", "a")]:
        ledger.record(entry(at=START + timedelta(hours=hours), run=run, agent=agent))
    hour = timedelta(hours=1)
    for query, calls in [
        (LedgerQuery(run_id="run-1"), 2),
        (LedgerQuery(agent="a"), 2),
        (LedgerQuery(run_id="run-1", agent="a"), 1),
        (LedgerQuery(since=START + hour), 2),
        (LedgerQuery(until=START + hour), 1),
        (LedgerQuery(since=START + hour, until=START + 2 * hour), 1),
        (LedgerQuery(run_id="run-"), 0),
    ]:
        assert sum(total.calls for total in await ledger.totals(Grouping.RUN, query)) == calls
        assert len(await ledger.entries(query)) == calls


async def test_entries_come_oldest_first(ledger: CostLedger) -> None:
    """Of one moment, the one that was recorded first."""
    for cost, seconds in [("1", 5), ("2", 0), ("3", 5)]:
        ledger.record(entry(cost, at=START + timedelta(seconds=seconds)))
    costs = [kept.attempt.cost for kept in await ledger.entries(ALL)]
    assert costs == [Decimal(2), Decimal(1), Decimal(3)]


MONEY = st.decimals(0, 10_000, allow_nan=False, places=18) | st.decimals(
    Decimal("1E-30"), Decimal("1E-20"), allow_nan=False
)


RUNS = itertools.count()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(costs=st.lists(st.none() | MONEY, min_size=1, max_size=30))
def test_sums_are_exact(ledger: CostLedger, costs: list[Decimal | None]) -> None:
    """To the last digit, over amounts that no floating point number could hold side by side."""
    run = f"run-{next(RUNS)}"

    async def use() -> CostTotal:
        for cost in costs:
            ledger.record(entry(None if cost is None else str(cost), run=run))
        (total,) = await ledger.totals(Grouping.RUN, LedgerQuery(run_id=run))
        return total

    total = asyncio.run(use())
    assert Fraction(total.cost) == sum(Fraction(cost) for cost in costs if cost is not None)
    assert (total.calls, total.unpriced) == (len(costs), costs.count(None))


ODD_COUNTS = [
    (-5000, 0),
    (-(10**25), 0),
    (10**25, 10**12),
    ("abc", 0),
    (5.5, 0),
    (True, 0),
    (None, 0),
    ([1], 0),
]


@pytest.mark.parametrize(("count", "kept"), ODD_COUNTS, ids=repr)
async def test_a_count_that_no_call_can_have_spoils_no_sum(ledger: CostLedger, count: Any, kept: int) -> None:
    """The limit is counted, or nothing; the numbers beside it and the entries around it stay as they are."""
    ledger.record(entry())
    odd = entry()
    ledger.record(replace(odd, attempt=replace(odd.attempt, usage=Usage(count, 5, 3, 2, 1))))
    ledger.record(entry())
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert (total.calls, total.usage, total.cost) == (3, Usage(20 + kept, 15, 9, 6, 3), Decimal("0.03"))


@pytest.mark.parametrize("cost", ["NaN", "sNaN", "Infinity", "-0.5", "1E+500000", "1E-500000", "1e16"])
async def test_an_amount_that_no_call_can_cost_is_a_price_that_is_not_known(
    ledger: CostLedger, cost: str
) -> None:
    """It is neither added up nor taken for free."""
    for amount in ("0.1", cost, "0.2"):
        ledger.record(entry(amount, spared=amount))
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert (total.calls, total.unpriced) == (3, 1)
    assert (total.cost, total.spared) == (Decimal("0.3"), Decimal("0.3"))


@pytest.mark.parametrize(
    "seconds", [math.nan, math.inf, -1.0, 10**400], ids=["nan", "inf", "negative", "huge"]
)
async def test_a_time_that_no_call_can_take_is_none(ledger: CostLedger, seconds: float) -> None:
    """The entry is there all the same."""
    odd = entry()
    ledger.record(replace(odd, attempt=replace(odd.attempt, duration=seconds, waited=seconds)))
    (kept,) = await ledger.entries(ALL)
    assert kept == odd


def test_eight_threads_lose_nothing(ledger: CostLedger) -> None:
    """250 entries each: every cent of them is there."""

    def work(thread: int) -> None:
        for _ in range(250):
            ledger.record(entry("0.01", run=f"run-{thread}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    totals = asyncio.run(ledger.totals(Grouping.RUN, ALL))
    assert [(total.calls, total.cost) for total in totals] == [(250, Decimal("2.50"))] * 8
