"""Budgets: nothing is spent that was not set aside, whoever asks and however many at once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from muster.application.models.budget import BudgetBook, Reservation
from muster.domain.budget.limits import BudgetLimits, Spending
from muster.domain.errors import BudgetExceeded, UnknownName, UserError
from tests.fakes.clock import FakeClock

ONE = Spending(1, 100, Decimal("0.01"))


@pytest.fixture
def clock() -> FakeClock:
    """A clock that is moved by hand."""
    return FakeClock()


@pytest.fixture
def book(clock: FakeClock) -> BudgetBook:
    """An empty book."""
    return BudgetBook(clock)


def test_what_was_set_aside_is_replaced_by_what_was_spent(book: BudgetBook) -> None:
    """And the difference can be spent again."""
    budget = book.open("run", BudgetLimits(tokens=150))
    held = book.reserve(["run"], ONE)
    assert (budget.reserved, budget.spent) == (ONE, Spending())
    book.settle(held, Spending(1, 20, Decimal("0.002")))
    assert (budget.reserved, budget.spent) == (Spending(), Spending(1, 20, Decimal("0.002")))
    book.reserve(["run"], ONE)


def test_the_last_bit_may_be_spent_and_not_more(book: BudgetBook) -> None:
    """A limit is reached exactly."""
    book.open("run", BudgetLimits(calls=2, tokens=200, usd=Decimal("0.02")))
    book.reserve(["run"], ONE)
    book.reserve(["run"], ONE)
    with pytest.raises(BudgetExceeded):
        book.reserve(["run"], Spending(0, 1, Decimal(0)))


@pytest.mark.parametrize(
    ("limits", "limit", "words"),
    [
        (BudgetLimits(calls=0), "calls", "it asks for 1 call, and 0 of 0 are left"),
        (BudgetLimits(tokens=99), "tokens", "it asks for 100 tokens, and 99 of 99 are left"),
        (BudgetLimits(usd=Decimal("0.009")), "usd", "it asks for 0.01 usd, and 0.009 of 0.009 are left"),
        (BudgetLimits(seconds=0), "seconds", "its 0 seconds are over"),
    ],
)
def test_a_refusal_says_which_limit_and_what_it_would_have_cost(
    book: BudgetBook, limits: BudgetLimits, limit: str, words: str
) -> None:
    """In words, and in fields for whoever reads them."""
    book.open("today", limits)
    with pytest.raises(BudgetExceeded) as caught:
        book.reserve(["today"], ONE, "a call of 'fake/judge'")
    error = caught.value
    assert error.message == (
        f"a call of 'fake/judge' was refused by the budget 'today': {words}; it would have cost up to $0.01"
    )
    assert (error.details["budget"], error.details["limit"]) == ("today", limit)
    assert error.details["would_cost_usd"] == Decimal("0.01")
    assert "raise the limit" in error.hint


def test_every_account_above_pays_too(book: BudgetBook) -> None:
    """An agent's call is one of its run and one of the day; each once, however often it is named."""
    day = book.open("day", BudgetLimits(calls=10))
    run = book.open("run", BudgetLimits(), parent="day")
    agent = book.open("agent", BudgetLimits(calls=5), parent="run")
    book.settle(book.reserve(["agent", "run", "day"], ONE), ONE)
    assert [budget.spent.calls for budget in (day, run, agent)] == [1, 1, 1]


def test_a_refusal_above_takes_nothing_below(book: BudgetBook) -> None:
    """All or none."""
    book.open("day", BudgetLimits(calls=0))
    run = book.open("run", BudgetLimits(calls=5), parent="day")
    with pytest.raises(BudgetExceeded, match="'day'"):
        book.reserve(["run"], ONE)
    assert run.reserved == Spending()


def test_more_spent_than_set_aside_is_told_truthfully(book: BudgetBook) -> None:
    """A limit that was overshot lets nothing in, not even what is free."""
    budget = book.open("run", BudgetLimits(usd=Decimal("0.01")))
    book.settle(book.reserve(["run"], ONE), Spending(1, 900, Decimal("0.09")))
    assert budget.spent.usd == Decimal("0.09")
    with pytest.raises(BudgetExceeded, match=r"0 of 0\.01 are left"):
        book.reserve(["run"], Spending(1, 1, Decimal(0)))


def test_a_free_call_goes_through_a_budget_of_no_dollars(book: BudgetBook) -> None:
    """Local models cost exactly nothing."""
    budget = book.open("run", BudgetLimits(usd=Decimal(0)))
    book.reserve(["run"], Spending(1, 100, Decimal(0)))
    assert budget.reserved == Spending(1, 100, Decimal(0))


def test_a_model_without_a_price_is_refused_where_dollars_are_limited(book: BudgetBook) -> None:
    """Unless it was allowed; then its calls and tokens count, and the dollars of others."""
    book.open("strict", BudgetLimits(usd=Decimal(1)))
    with pytest.raises(BudgetExceeded, match="its price is not known") as caught:
        book.reserve(["strict"], Spending(1, 100, None))
    assert "of unknown price" in caught.value.message
    assert "allow unpriced models" in caught.value.hint
    lax = book.open("lax", BudgetLimits(usd=Decimal(1), allow_unpriced=True))
    book.settle(book.reserve(["lax"], Spending(1, 100, None)), Spending(1, 80, None))
    assert lax.spent == Spending(1, 80, Decimal(0))


def test_wall_time_runs_from_the_opening(book: BudgetBook, clock: FakeClock) -> None:
    """Whatever the time of day does; the nearest end counts."""
    book.open("day", BudgetLimits(seconds=100))
    clock.advance(30)
    book.open("run", BudgetLimits(seconds=80), parent="day")
    assert book.remaining_seconds(["run"]) == 70
    book.reserve(["run"], ONE)
    clock.advance(70)
    assert book.remaining_seconds(["run"]) == 0.0
    with pytest.raises(BudgetExceeded, match="its 100 seconds are over"):
        book.reserve(["run"], ONE)


def test_without_a_limit_of_time_none_is_left(book: BudgetBook) -> None:
    """None is no limit."""
    book.open("run", BudgetLimits(calls=1))
    assert book.remaining_seconds(["run"]) is None


def test_a_closed_budget_lets_nothing_in_and_is_still_settled(book: BudgetBook) -> None:
    """What is under way is paid for, above too."""
    day = book.open("day", BudgetLimits())
    with book.open("run", BudgetLimits(), parent="day") as run:
        held = book.reserve(["run"], ONE)
    run.close()
    with pytest.raises(UnknownName, match="unknown budget 'run'"):
        book.reserve(["run"], ONE)
    book.settle(held, ONE)
    assert (run.spent, day.spent) == (ONE, ONE)
    book.open("run", BudgetLimits())


def test_a_name_is_taken_once(book: BudgetBook) -> None:
    """Two runs never share a budget by accident."""
    book.open("run", BudgetLimits())
    with pytest.raises(UserError, match="already"):
        book.open("run", BudgetLimits())


def test_an_unknown_account_or_parent_is_no_budget_without_limits(book: BudgetBook) -> None:
    """Whoever names it believes that something is counted."""
    with pytest.raises(UnknownName):
        book.reserve(["nobody"], ONE)
    with pytest.raises(UnknownName):
        book.open("run", BudgetLimits(), parent="nobody")


@pytest.mark.parametrize(
    "limits",
    [
        BudgetLimits(calls=-1),
        BudgetLimits(tokens=-1),
        BudgetLimits(usd=Decimal("NaN")),
        BudgetLimits(usd=Decimal("-0.01")),
        BudgetLimits(seconds=math.inf),
        BudgetLimits(seconds=math.nan),
    ],
)
def test_a_limit_that_is_no_amount_is_refused(book: BudgetBook, limits: BudgetLimits) -> None:
    """Before it lets everything through."""
    with pytest.raises(UserError, match="no amount"):
        book.open("run", limits)


def test_nothing_is_settled_twice(book: BudgetBook) -> None:
    """Neither settled nor released."""
    budget = book.open("run", BudgetLimits())
    held = book.reserve(["run"], ONE)
    book.settle(held, ONE)
    with pytest.raises(ValueError, match="settled before"):
        book.settle(held, ONE)
    with pytest.raises(ValueError, match="settled before"):
        book.release(held)
    assert (budget.spent, budget.reserved) == (ONE, Spending())


def test_eight_threads_share_ten_calls(book: BudgetBook) -> None:
    """400 attempts, exactly ten get through, and the account of the day agrees."""
    day = book.open("day", BudgetLimits(calls=10))
    for thread in range(8):
        book.open(f"run {thread}", BudgetLimits(), parent="day")

    def work(thread: int) -> int:
        made = 0
        for _ in range(50):
            try:
                book.settle(book.reserve([f"run {thread}"], ONE), ONE)
                made += 1
            except BudgetExceeded:
                pass
        return made

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 10
    assert (day.spent.calls, day.reserved.calls) == (10, 0)


SPENDINGS = st.builds(
    Spending,
    st.integers(0, 3),
    st.integers(0, 500),
    st.decimals(0, 2, places=6) | st.none(),
)


@settings(max_examples=40)
@given(st.lists(SPENDINGS, max_size=20))
def test_releasing_gives_everything_back(estimates: list[Spending]) -> None:
    """As if nobody had asked."""
    book = BudgetBook(FakeClock())
    budget = book.open("run", BudgetLimits())
    for held in [book.reserve(["run"], estimate) for estimate in estimates]:
        book.release(held)
    assert (budget.spent, budget.reserved) == (Spending(), Spending())


class Laws(RuleBasedStateMachine):
    """Any order of reserving, settling and releasing in a tree of accounts, against a plain model of it."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.book = BudgetBook(FakeClock())
        limits = BudgetLimits(calls=12, tokens=2000, usd=Decimal(4), allow_unpriced=True)
        self.top = self.book.open("top", limits)
        self.a = self.book.open("a", BudgetLimits(calls=8), parent="top")
        self.b = self.book.open("b", BudgetLimits(tokens=900), parent="top")
        self.spent: list[tuple[str, Spending]] = []
        self.open: dict[int, tuple[str, Spending]] = {}
        self.overshot = False

    @rule(target=held, name=st.sampled_from(["a", "b"]), estimate=SPENDINGS)
    def reserve(self, name: str, estimate: Spending) -> Reservation | None:
        """Taken only when it fits."""
        try:
            taken = self.book.reserve([name], estimate)
        except BudgetExceeded:
            return None
        self.open[id(taken)] = (name, estimate)
        for budget in (self.top, self.a if name == "a" else self.b):
            spent, reserved, limits = budget.spent, budget.reserved, budget.limits
            assert limits.calls is None or spent.calls + reserved.calls <= limits.calls
            assert limits.tokens is None or spent.tokens + reserved.tokens <= limits.tokens
            if limits.usd is not None and estimate.usd is not None:
                assert (spent.usd or 0) + (reserved.usd or 0) <= limits.usd
        return taken

    @rule(taken=consumes(held), actual=SPENDINGS)
    def settle(self, taken: Reservation | None, actual: Spending) -> None:
        """Below or above what was set aside."""
        if taken is not None:
            self.book.settle(taken, actual)
            self.spent.append((self.open.pop(id(taken))[0], actual))

    @rule(taken=consumes(held))
    def release(self, taken: Reservation | None) -> None:
        """Never made."""
        if taken is not None:
            self.book.release(taken)
            del self.open[id(taken)]

    @invariant()
    def the_accounts_are_the_sums(self) -> None:
        """Of what was settled and of what is under way, to the last digit, at every level."""
        for budget, names in ((self.top, "ab"), (self.a, "a"), (self.b, "b")):
            assert budget.spent == _sum([s for name, s in self.spent if name in names])
            assert budget.reserved == _sum([s for name, s in self.open.values() if name in names])


def _sum(parts: list[Spending]) -> Spending:
    usd = sum((part.usd or Decimal(0) for part in parts), Decimal(0))
    return Spending(sum(part.calls for part in parts), sum(part.tokens for part in parts), usd)


TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=25, stateful_step_count=25)
