"""Costs: every attempt counts, nothing unpriced is free, nothing is saved against nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from muster.application.use_cases.show_costs import CostReport, ShowCosts, ShowCostsRequest
from muster.domain.errors import ErrorKind, UnknownName, UserError
from muster.domain.ledger.entry import CostTotal, Grouping, LedgerEntry
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.info import ModelInfo, ModelPrices, PriceStep
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.builders import plan
from tests.fakes.clock import START

PRICES = ModelPrices(Decimal(10), Decimal(50), Decimal(1), Decimal(12))
STEP = PriceStep(1000, Decimal(20), Decimal(100), Decimal(2), Decimal(24))
MODELS = {
    "fake/grand": ModelInfo("grand", "fake", ModelTier.PREMIUM, 200_000, 8192, PRICES),
    "fake/stepped": ModelInfo(
        "stepped", "fake", ModelTier.PREMIUM, 200_000, 8192, replace(PRICES, steps=(STEP,))
    ),
    "fake/secretive": ModelInfo("secretive", "fake", ModelTier.CHEAP, 200_000, 8192, None),
}


class House:
    """A ledger that is filled by hand."""

    def __init__(self) -> None:
        self.ledger = MemoryCostLedger()
        self.journal = MemoryRunJournal()
        self.case = ShowCosts(self.ledger, MODELS.get, self.journal)

    def spend(
        self,
        cost: str | None,
        usage: Usage = Usage(100, 10),  # noqa: B008 - frozen
        *,
        run: str = "run-1a",
        model: str = "fake/judge",
        at: datetime = START,
        error: ErrorKind | None = None,
    ) -> None:
        """One attempt."""
        money = None if cost is None else Decimal(cost)
        attempt = Attempt(
            "fake", model, ModelTier.CAPABLE, error, usage=usage, source=UsageSource.REPORTED, cost=money
        )
        self.ledger.record(LedgerEntry(at, run, "scout", attempt))

    async def ask(self, **wishes: object) -> CostReport:
        """The report."""
        return await self.case.execute(ShowCostsRequest(**wishes))  # type: ignore[arg-type]


@pytest.fixture
def house() -> House:
    """An empty one."""
    return House()


async def test_no_calls_cost_nothing(house: House) -> None:
    """Exactly."""
    assert await house.ask() == CostReport(Grouping.MODEL, (), CostTotal("total", 0, 0, Usage(), Decimal(0)))


async def test_the_sum_over_all_is_the_sum_of_the_groups(house: House) -> None:
    """Failed attempts and those without a price included."""
    house.spend("0.1")
    house.spend("0.2", model="fake/other", error=ErrorKind.TIMEOUT)
    house.spend(None, model="fake/secretive")
    report = await house.ask()
    assert [total.key for total in report.totals] == ["fake/other", "fake/judge", "fake/secretive"]
    assert (report.total.calls, report.total.failed, report.total.unpriced) == (3, 1, 1)
    assert report.total.cost == Decimal("0.3")
    assert report.total.usage == Usage(300, 30)
    assert report.savings is None


async def test_a_run_is_meant_by_its_beginning(house: House) -> None:
    """When there is one of that beginning."""
    house.spend("0.1", run="run-1a")
    house.spend("0.2", run="run-1b")
    house.spend("0.4", run="run-2")
    assert (await house.ask(run_id="run-2")).total.cost == Decimal("0.4")
    report = await house.ask(run_id="run-1b", by=Grouping.AGENT)
    assert (report.run_id, report.total.cost) == ("run-1b", Decimal("0.2"))
    with pytest.raises(UnknownName, match="beginning of several runs") as caught:
        await house.ask(run_id="run-1")
    assert caught.value.hint == "give more of it: run-1a, run-1b"


async def test_a_run_that_nobody_knows_is_no_run_that_cost_nothing(house: House) -> None:
    """One that has called no model costs nothing; both are told by their beginnings."""
    house.spend("0.1", run="run-1a")
    await house.journal.create(RunRecord("run-1b", plan("one"), RunStatus.RUNNING, START))
    await house.journal.create(RunRecord("run-2", plan("one"), RunStatus.RUNNING, START))
    report = await house.ask(run_id="run-2")
    assert (report.run_id, report.totals) == ("run-2", ())
    with pytest.raises(UnknownName, match="unknown run 'nosuch'"):
        await house.ask(run_id="nosuch")
    with pytest.raises(UnknownName, match="beginning of several runs") as caught:
        await house.ask(run_id="run-1")
    assert caught.value.hint == "give more of it: run-1a, run-1b"


async def test_the_last_run_is_the_newest_of_the_journal(house: House) -> None:
    """Whatever it has cost; and there may be none."""
    with pytest.raises(UserError, match="there are no runs yet"):
        await house.ask(run_id="last")
    house.spend("0.1", run="run-1")
    await house.journal.create(RunRecord("run-1", plan("one"), RunStatus.RUNNING, START))
    await house.journal.create(RunRecord("run-2", plan("one"), RunStatus.RUNNING, START + timedelta(1)))
    house.spend("0.2", run="run-2")
    report = await house.ask(run_id="last")
    assert (report.run_id, report.total.cost) == ("run-2", Decimal("0.2"))


async def test_only_what_came_since(house: House) -> None:
    """The moment itself included."""
    house.spend("0.1")
    house.spend("0.2", at=START + timedelta(days=1))
    assert (await house.ask(since=START + timedelta(days=1))).total.cost == Decimal("0.2")


async def test_savings_are_the_same_calls_at_the_prices_of_the_baseline(house: House) -> None:
    """Cached tokens at their own price; the failed call counts on both sides."""
    house.spend("0.0005", Usage(100, 10, 1000, 50))
    house.spend("0.0001", Usage(100, 0), error=ErrorKind.TIMEOUT)
    savings = (await house.ask(baseline="fake/grand")).savings
    assert savings is not None
    assert (savings.baseline, savings.calls, savings.left_out) == ("fake/grand", 2, 0)
    assert savings.at_baseline == Decimal("0.0031") + Decimal("0.001")
    assert savings.saved == Decimal("0.0041") - Decimal("0.0006")


async def test_a_price_that_depends_on_the_size_of_a_call_is_taken_call_by_call(house: House) -> None:
    """Two calls of 600 tokens are not one of 1,200."""
    house.spend("0", Usage(600, 0))
    house.spend("0", Usage(600, 0))
    savings = (await house.ask(baseline="fake/stepped")).savings
    assert savings is not None
    assert savings.at_baseline == Decimal("0.012")


async def test_a_dear_choice_is_told_as_one(house: House) -> None:
    """Below nothing was saved."""
    house.spend("1", Usage(100, 10))
    savings = (await house.ask(baseline="fake/grand")).savings
    assert savings is not None
    assert savings.saved == Decimal("-0.9985")


async def test_what_has_no_price_is_left_out_of_the_comparison(house: House) -> None:
    """On both sides."""
    house.spend(None)
    house.spend("0.001")
    savings = (await house.ask(baseline="fake/grand")).savings
    assert savings is not None
    assert (savings.calls, savings.left_out, savings.actual) == (1, 1, Decimal("0.001"))


async def test_a_baseline_must_be_known_and_priced(house: House) -> None:
    """Nothing is compared with a guess."""
    with pytest.raises(UnknownName, match="unknown model 'fake/nobody'"):
        await house.ask(baseline="fake/nobody")
    with pytest.raises(UserError, match="no known price"):
        await house.ask(baseline="fake/secretive")
