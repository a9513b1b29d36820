"""How far guesses were off, and what becomes of the next guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from ..orchestration.plan import Range

ENOUGH = 5
"""Cases below this many say nothing: one slow machine would move all plans."""
LEAST, MOST = 0.2, 5.0
"""No expectation is moved by more than this, whatever was seen."""
TAIL = 0.1
"""Share of the cases at each end that the range may leave out; so at least 80 % are inside."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`factor` moves an expectation; between `low` and `high` times the guess lay at least 80 % of the cases."""

    factor: float
    low: float
    high: float
    cases: int

    def apply(self, guess: Range) -> Range:
        """The guess moved, and its range widened where it was too narrow; never narrowed."""
        expected = guess.expected * self.factor
        return Range(
            min(guess.low * self.factor, guess.expected * self.low, expected),
            expected,
            max(guess.high * self.factor, guess.expected * self.high, expected),
        )

    def widen(self, measured: Range) -> Range:
        """The range widened where it was too narrow; what is expected was measured, and stays."""
        expected = measured.expected
        return Range(
            min(measured.low, expected * self.low), expected, max(measured.high, expected * self.high)
        )


def calibrate(ratios: Iterable[float]) -> Calibration | None:
    """From what was taken, in parts of what had been guessed; None for too few cases.

    The median, since a run that hung must not count more than others.
    """
    known = sorted(ratio for ratio in ratios if ratio >= 0)
    if len(known) < ENOUGH:
        return None
    left_out = int(len(known) * TAIL)
    return Calibration(
        factor=min(MOST, max(LEAST, median(known))),
        low=known[left_out],
        high=known[-1 - left_out],
        cases=len(known),
    )
