"""How many times as much eight times the work costs, on a machine that is not idle."""

from __future__ import annotations

import statistics
from collections.abc import Callable


def growth(one: Callable[[], float], eight: Callable[[], float], repeats: int) -> tuple[float, float]:
    """What `one` costs, and how many times as much `eight` does: medians of so many times.

    The same work costs up to half as much again while other processors of the machine are busy, even in CPU time. Each
    `eight` is therefore held against eight times the mean of `one` just before and just after.
    """
    ones, times = [], []
    one()  # the first time asks the system for memory
    for _ in range(repeats):
        around = [one() for _ in range(4)]
        more = eight()
        around += [one() for _ in range(4)]
        ones += around
        times.append(more / statistics.mean(around))
    return statistics.median(ones), statistics.median(times)
