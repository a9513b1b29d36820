"""The machine's clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from ...domain.ports.clock import Clock


class SystemClock(Clock):
    """Time as the operating system tells it."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go backwards, whatever is done to the time of day."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(max(0.0, seconds))
