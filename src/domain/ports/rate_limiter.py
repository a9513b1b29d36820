"""Port: how often a provider may be called."""

from __future__ import annotations

from typing import Protocol

from ..models.rate import RateLimit


class RateLimiter(Protocol):
    """Counts requests and tokens of the last minute, over every worker that shares it."""

    async def acquire(self, key: str, limit: RateLimit, tokens: int) -> float:
        """Take one request of `tokens` tokens from the minute of `key` if it fits.

        Returns 0.0 when it was taken, else the seconds after which asking again makes sense; then nothing was
        taken. More tokens than a whole minute has are taken when the minute is empty.
        """
        ...

    async def adjust(self, key: str, limit: RateLimit, tokens: int) -> None:
        """Correct what was taken by `tokens` (below 0: give back), once the true count is known."""
        ...
