"""Budgets: what a call may cost is set aside before the call, and replaced by what it did cost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal
from types import TracebackType

from ...domain.budget.limits import BudgetLimits, Spending
from ...domain.errors import BudgetExceeded, UnknownName, UserError
from ...domain.ports.clock import Clock
from .budget_account import Account, Shortage

NOTHING = Spending()


class Reservation:
    """What was set aside for one call; settled or released once, by the book that made it."""

    __slots__ = ("accounts", "estimate", "is_open")

    def __init__(self, accounts: Sequence[Account], estimate: Spending) -> None:
        self.accounts = accounts
        self.estimate = estimate
        self.is_open = True


class Budget:
    """An open account of a book; closing it takes its name away, and calls under that name are refused then."""

    def __init__(self, book: BudgetBook, account: Account) -> None:
        self._book = book
        self._account = account

    @property
    def name(self) -> str:
        """The name that calls give in `CallContext.accounts`."""
        return self._account.name

    @property
    def limits(self) -> BudgetLimits:
        """What may be spent."""
        return self._account.limits

    @property
    def spent(self) -> Spending:
        """What settled calls have cost, those of accounts below included."""
        return self._book.look(self._account)[0]

    @property
    def reserved(self) -> Spending:
        """What is set aside for calls that are under way."""
        return self._book.look(self._account)[1]

    def close(self) -> None:
        """Let no more calls in; those under way are still settled. Closing again does nothing."""
        self._book.forget(self._account)

    def __enter__(self) -> Budget:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class BudgetBook:
    """All open budgets of a process; safe for threads, and for any number of tasks.

    An account may have a parent, and what is spent from it is spent from all above it too. A reservation is
    taken from every account that pays, or from none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] = {}

    def open(
        self, name: str, limits: BudgetLimits, parent: str | None = None, spent: Spending = NOTHING
    ) -> Budget:
        """Open the account `name`; its seconds begin now, and `spent` is what it has paid for before.

        Raises UserError for limits that are no amounts or a name that is taken, UnknownName for the parent.
        """
        check_limits(name, limits)
        with self._lock:
            if name in self._accounts:
                hint = "close it first, or choose another name"
                raise UserError(f"there is an open budget {name!r} already", code="budget", hint=hint)
            above = () if parent is None else self._paying((parent,))
            account = Account(name, limits, self._clock.monotonic(), above)
            account.spend(spent)
            self._accounts[name] = account
        return Budget(self, account)

    def reserve(self, names: Sequence[str], estimate: Spending, what: str = "a call") -> Reservation:
        """Set `estimate` aside in each account of `names` and in all above them.

        `what` is named in the BudgetExceeded that is raised when one of them has not enough left; nothing is
        taken then. Raises UnknownName for an account that is not open.
        """
        taken = self.take(names, estimate)
        if isinstance(taken, Shortage):
            raise exceeded(taken, estimate, what)
        return taken

    def take(self, names: Sequence[str], estimate: Spending) -> Reservation | Shortage:
        """Do as `reserve`, but give what stands against it back instead of raising it."""
        now = self._clock.monotonic()
        with self._lock:
            accounts = self._paying(names)
            for account in accounts:
                shortage = account.shortage(estimate, now)
                if shortage is not None:
                    return shortage
            for account in accounts:
                account.hold(estimate)
        return Reservation(accounts, estimate)

    def measures(self, names: Sequence[str]) -> bool:
        """Whether tokens or dollars of one of the accounts are limited: only then an estimate of them counts."""
        with self._lock:
            return any(account.measures for account in self._paying(names))

    def settle(self, reservation: Reservation, actual: Spending) -> None:
        """Replace what was set aside by what was spent, be it more or less; raises ValueError the second time."""
        with self._lock:
            if not reservation.is_open:
                raise ValueError("this reservation was settled before")
            reservation.is_open = False
            for account in reservation.accounts:
                account.free(reservation.estimate)
                account.spend(actual)

    def release(self, reservation: Reservation) -> None:
        """Give all back: the call was never made."""
        self.settle(reservation, NOTHING)

    def remaining_seconds(self, names: Sequence[str]) -> float | None:
        """Wall time that is left to a call, 0.0 when there is none; None without a limit."""
        now = self._clock.monotonic()
        with self._lock:
            lefts = [account.seconds_left(now) for account in self._paying(names)]
        return min((left for left in lefts if left is not None), default=None)

    def time_left(self, reservation: Reservation) -> float | None:
        """Wall time that the accounts of `reservation` have left, also when they were closed meanwhile."""
        now = self._clock.monotonic()
        lefts = [account.seconds_left(now) for account in reservation.accounts]
        return min((left for left in lefts if left is not None), default=None)

    @staticmethod
    def out_of_time(reservation: Reservation, worst: Spending, what: str) -> BudgetExceeded:
        """The error for a call that was stopped because the time of an account of `reservation` is up."""
        ends = [
            (account.opened + account.limits.seconds, account.name, account.limits.seconds)
            for account in reservation.accounts
            if account.limits.seconds is not None
        ]
        _, name, seconds = min(ends)
        return exceeded(Shortage(name, "seconds", seconds, 0, 0), worst, what)

    def look(self, account: Account) -> tuple[Spending, Spending]:
        """What is spent and what is set aside, at one moment."""
        with self._lock:
            return account.spent, account.reserved

    def forget(self, account: Account) -> None:
        """Take the name of `account` away."""
        with self._lock:
            if self._accounts.get(account.name) is account:
                del self._accounts[account.name]

    def _paying(self, names: Sequence[str]) -> tuple[Account, ...]:
        """Each account once, the narrowest first, with all above it."""
        if len(names) == 1 and names[0] in self._accounts:
            return self._accounts[names[0]].chain
        found: dict[int, Account] = {}
        for name in names:
            if name not in self._accounts:
                raise UnknownName.of("budget", name, self._accounts)
            found.update((id(account), account) for account in self._accounts[name].chain)
        return tuple(found.values())


def check_limits(name: str, limits: BudgetLimits) -> None:
    """Raise UserError when a limit of the budget `name` is no amount."""
    amounts = {"calls": limits.calls, "tokens": limits.tokens, "usd": limits.usd, "seconds": limits.seconds}
    for what, amount in amounts.items():
        if amount is not None and not (Decimal(amount).is_finite() and amount >= 0):
            message = f"budget {name!r} has a limit of {amount} {what}, which is no amount"
            raise UserError(message, code="budget", hint="give 0 or more, or leave it out for no limit")


def exceeded(shortage: Shortage, estimate: Spending, what: str) -> BudgetExceeded:
    """The error for `what`, which would have cost `estimate` at most."""
    cost = "of unknown price" if estimate.usd is None else f"up to {dollars(estimate.usd)}"
    details = {
        "budget": shortage.account,
        "limit": shortage.limit,
        "allowed": shortage.allowed,
        "asked": shortage.asked,
        "left": shortage.left,
        "would_cost_usd": estimate.usd,
        "would_take_tokens": estimate.tokens,
    }
    message = (
        f"{what} was refused by the budget {shortage.account!r}: {shortage.words}; it would have cost {cost}"
    )
    return BudgetExceeded(message, details=details, hint=shortage.hint)


def dollars(amount: Decimal) -> str:
    """Every digit of `amount` that tells something."""
    return f"${amount.normalize():f}"
