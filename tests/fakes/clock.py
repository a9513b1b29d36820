"""A clock that stands still until it is told to move."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from muster.domain.ports.clock import Clock

START = datetime(2024, 5, 17, 12, 0, tzinfo=UTC)


class FakeClock(Clock):
    """Begins at noon of 17 May 2024; `step` seconds pass at each look at the time of day."""

    def __init__(self, start: datetime = START, step: float = 0.0) -> None:
        self._now = start
        self._elapsed = 0.0
        self._step = step
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The fake moment."""
        moment = self._now
        self.advance(self._step)
        return moment

    def monotonic(self) -> float:
        """Seconds since this clock was made, as far as it was moved."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds

    def jump(self, days: float) -> None:
        """Set the time of day so many days ahead or back; the steady counter goes on."""
        self._now += timedelta(days=days)

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and remember how much was asked for."""
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)
