"""What a text costs, beside eight times as much of it."""

from __future__ import annotations

import time
from collections.abc import Callable

NOISE = 0.003
"""Seconds of CPU below which nothing is told apart."""


def assert_in_proportion(act: Callable[[str], object], piece: str, length: int) -> None:
    """Assert that `act` takes no more than time in proportion to a text that is `piece` again and again.

    Eight times `length` characters cost about eight times as much; what goes back and forth would cost 64 times. The
    machine may be busy, so the least of three times counts.
    """

    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        started = time.process_time()
        act(text)
        return time.process_time() - started

    limit = 24 * max(min(cost(length) for _ in range(3)), NOISE)
    assert any(cost(8 * length) < limit for _ in range(3)), f"{piece!r} costs more than its length"
