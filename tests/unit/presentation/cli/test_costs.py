"""`muster costs`: what it says in words and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from muster.application.use_cases.show_costs import CostReport, Savings, ShowCostsRequest
from muster.domain.errors import UnknownName
from muster.domain.ledger.entry import CostTotal, Grouping
from muster.domain.models.usage import Usage

from .conftest import Muster
from .house import House

NOTHING = CostTotal("total", 0, 0, Usage(), Decimal(0))
JUDGE = CostTotal("fake/judge", 12, 2, Usage(9000, 700, 4000, 1000), Decimal("0.0123"))
LOCAL = CostTotal("ollama/small", 3, 0, Usage(10, 5), Decimal(0), unpriced=3, estimated=2)
TOTAL = CostTotal("total", 15, 2, Usage(9010, 705, 4000, 1000), Decimal("0.0123"), 3, 2, 1, 4, Decimal("1.5"))


def test_no_calls_are_said_to_cost_nothing(muster: Muster, house: House) -> None:
    """$0.00, for all and for a run."""
    house.answers("show_costs", CostReport(Grouping.MODEL, (), NOTHING))
    assert muster("costs").out == "$0.00: no calls of language models are recorded\n"
    house.answers("show_costs", CostReport(Grouping.MODEL, (), NOTHING, run_id="run-1"))
    assert muster("costs", "--run", "run-1").out == (
        "$0.00: no calls of language models are recorded in run run-1\n"
    )


def test_sums_are_told_in_columns_with_what_must_be_known_about_them(muster: Muster, house: House) -> None:
    """Unpriced is no $0; estimates, hits of the cache and refusals are named."""
    house.answers("show_costs", CostReport(Grouping.MODEL, (JUDGE, LOCAL), TOTAL))
    assert muster("costs").out.splitlines() == [
        "model         calls  failed  refused  in      cached in  out   cost",
        "fake/judge    12     2       0        10,000  4,000      700   $0.012",
        "ollama/small  3      0       0        10      0          ~5    3 unpriced",
        "total         15     2       4        10,010  4,000      ~705  ~$0.012 + 3 unpriced",
        "~ the provider did not report the tokens of 2 calls: estimated",
        "1 call answered from the cache, at no cost",
        "4 calls refused before being made; they would have cost at most $1.50",
    ]


@pytest.mark.parametrize(
    ("actual", "words"), [("0.02", "$0.08 saved"), ("0.35", "$0.25 more than that")], ids=["less", "more"]
)
def test_savings_name_their_baseline(muster: Muster, house: House, actual: str, words: str) -> None:
    """And what could not be compared."""
    savings = Savings("fake/grand", 12, 1, Decimal("0.10"), Decimal(actual))
    house.answers("show_costs", CostReport(Grouping.MODEL, (JUDGE,), JUDGE, savings=savings))
    shown = "$0.020" if actual == "0.02" else "$0.35"
    words = words.replace("$0.08", "$0.080")
    assert muster("costs", "--against", "fake/grand").out.splitlines()[-1] == (
        f"the same 12 calls at the prices of fake/grand: $0.10, actual {shown}, {words} "
        "(1 unpriced call left out)"
    )


def test_what_is_asked_reaches_the_ledger(muster: Muster, house: House) -> None:
    """A day begins at midnight UTC; a moment may say its own zone."""
    case = house.answers("show_costs", CostReport(Grouping.DAY, (), NOTHING))
    muster("costs", "--by", "day", "--run", "run-1", "--since", "2026-01-31", "--against", "a/b")
    muster("costs", "--since", "2026-01-31T12:00+02:00")
    assert case.asked == [
        ShowCostsRequest(Grouping.DAY, "run-1", datetime(2026, 1, 31, tzinfo=UTC), "a/b"),
        ShowCostsRequest(since=datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ]


def test_a_tier_is_said_to_be_the_one_that_was_asked_for(muster: Muster, house: House) -> None:
    """What answered may have been another, after a fallback."""
    house.answers("show_costs", CostReport(Grouping.TIER, (JUDGE,), JUDGE))
    assert muster("costs", "--by", "tier").out.startswith("tier asked for  calls  ")


def test_money_in_json_is_text_with_every_digit(muster: Muster, house: House) -> None:
    """And what was saved is worked out."""
    savings = Savings("fake/grand", 12, 0, Decimal("0.1000001"), Decimal("0.0123"))
    house.answers("show_costs", CostReport(Grouping.MODEL, (JUDGE,), JUDGE, savings=savings))
    data = muster("costs", "--json").json
    assert (data["by"], data["total"]["cost"], data["totals"][0]["usage"]["cache_read"]) == (
        "model", "0.0123", 4000,
    )  # fmt: skip
    assert (data["savings"]["at_baseline"], data["savings"]["saved"]) == ("0.1000001", "0.0877001")


def test_a_date_that_is_none_is_usage(muster: Muster, house: House) -> None:
    """With an example of one."""
    answer = muster("costs", "--since", "yesterday")
    assert answer.code == 2
    assert "hint: give a day like 2026-01-31" in answer.err


def test_an_unknown_baseline_is_usage(muster: Muster, house: House) -> None:
    """With the words of the use case."""
    house.answers("show_costs", UnknownName("unknown model 'x'", hint="muster models lists them"))
    answer = muster("costs", "--against", "x")
    assert (answer.code, answer.err) == (2, "muster: unknown model 'x'\nhint: muster models lists them\n")
