"""A circuit breaker, as a value and the steps that change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ..errors import ErrorKind

COUNTED = frozenset(kind for kind in ErrorKind if kind.passing and kind is not ErrorKind.RATE_LIMIT)
"""Failures that speak against the provider; a caller's own mistake, or calling too often, does not."""


@dataclass(frozen=True, slots=True)
class CircuitPolicy:
    """`failures` in a row open a circuit for `seconds`; then `trials` calls show whether it may be closed."""

    failures: int = 5
    seconds: float = 60.0
    trials: int = 1

    def __post_init__(self) -> None:
        if self.failures < 1 or self.trials < 1 or not self.seconds >= 0:
            raise ValueError(f"no circuit policy: {self!r} (failures and trials from 1, seconds from 0)")


class CircuitState(StrEnum):
    """Whether calls are let through: all, none, or a few trials."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Outcome(StrEnum):
    """How an admitted call ended, as far as it concerns the circuit; `unknown` says nothing about the provider."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Circuit:
    """The circuit of one model.

    `failures` counts those in a row; `opened_at` is on the steady clock. `period` grows whenever the state
    changes: how a call of an earlier period ends is no longer of interest.
    """

    state: CircuitState = CircuitState.CLOSED
    failures: int = 0
    opened_at: float = 0.0
    out: int = 0
    passed: int = 0
    period: int = 0

    def admit(self, policy: CircuitPolicy, now: float) -> Circuit | None:
        """The circuit with one more call let through, which belongs to its `period`; None when it is refused."""
        if self.state is CircuitState.CLOSED:
            return self
        if self.state is CircuitState.OPEN:
            if now - self.opened_at < policy.seconds:
                return None
            return Circuit(CircuitState.HALF_OPEN, self.failures, self.opened_at, 1, 0, self.period + 1)
        if self.out + self.passed >= policy.trials:
            return None
        return replace(self, out=self.out + 1)

    def settle(self, period: int, outcome: Outcome, policy: CircuitPolicy, now: float) -> Circuit:
        """The circuit after a call that was admitted in `period` has ended."""
        if period != self.period or self.state is CircuitState.OPEN:
            return self
        if self.state is CircuitState.HALF_OPEN:
            return self._after_trial(outcome, policy, now)
        if outcome is Outcome.FAILED:
            failures = self.failures + 1
            opens = failures >= policy.failures
            return self._opened(failures, now) if opens else replace(self, failures=failures)
        return replace(self, failures=0) if outcome is Outcome.ANSWERED and self.failures else self

    def seconds_left(self, policy: CircuitPolicy, now: float) -> float:
        """Seconds until a trial is let through; 0 when none is awaited."""
        if self.state is not CircuitState.OPEN:
            return 0.0
        return max(0.0, policy.seconds - (now - self.opened_at))

    def _after_trial(self, outcome: Outcome, policy: CircuitPolicy, now: float) -> Circuit:
        if outcome is Outcome.FAILED:
            return self._opened(self.failures + 1, now)
        back = replace(self, out=self.out - 1)
        if outcome is Outcome.UNKNOWN:
            return back  # the next caller may try in its place
        if back.passed + 1 < policy.trials:
            return replace(back, passed=back.passed + 1)
        return Circuit(period=self.period + 1)

    def _opened(self, failures: int, now: float) -> Circuit:
        return Circuit(CircuitState.OPEN, failures, now, 0, 0, self.period + 1)


def outcome_of(kind: ErrorKind | None) -> Outcome:
    """What an error of `kind` (None: an answer) says about the provider."""
    if kind is None:
        return Outcome.ANSWERED
    return Outcome.FAILED if kind in COUNTED else Outcome.UNKNOWN
