"""Rate limits of one process."""

from __future__ import annotations

import threading
from collections import deque

from ...domain.models.rate import RateLimit
from ...domain.ports.clock import Clock
from ...domain.ports.rate_limiter import RateLimiter

MINUTE = 60.0
HAIR = 0.001
"""Seconds added to every wait, so that rounding does not make a caller come a moment too early."""


class InProcessRateLimiter(RateLimiter):
    """Remembers each call of the last sixty seconds by the steady clock; safe for threads.

    In no sixty seconds is there more than the limit, except for a call that is larger than a whole minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}

    async def acquire(self, key: str, limit: RateLimit, tokens: int) -> float:
        """Take it now, or say when to ask again."""
        with self._lock:
            now = self._clock.monotonic()
            window = self._windows.setdefault(key, _Window())
            window.forget(now)
            wait = window.wait(limit, tokens, now)
            if wait == 0.0:
                window.take(now, tokens)
            return wait

    async def adjust(self, key: str, limit: RateLimit, tokens: int) -> None:
        """Give back from the oldest calls, which are gone first; add to those of now."""
        with self._lock:
            now = self._clock.monotonic()
            window = self._windows.setdefault(key, _Window())
            window.forget(now)
            window.correct(now, tokens)


class _Window:
    """Requests and tokens of the last minute, the oldest first, and the sum of the tokens."""

    def __init__(self) -> None:
        self._requests: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()
        self._taken = 0

    def forget(self, now: float) -> None:
        """Drop what is a minute old."""
        while self._requests and self._requests[0] + MINUTE <= now:
            self._requests.popleft()
        while self._tokens and self._tokens[0][0] + MINUTE <= now:
            self._taken -= self._tokens.popleft()[1]

    def wait(self, limit: RateLimit, tokens: int, now: float) -> float:
        """Seconds until one request of `tokens` fits; 0.0 when it does."""
        free = max(self._requests_free(limit.requests, now), self._tokens_free(limit.tokens, tokens, now))
        return free - now + HAIR if free > now else 0.0

    def take(self, now: float, tokens: int) -> None:
        """Count one request."""
        self._requests.append(now)
        self._add(now, tokens)

    def correct(self, now: float, tokens: int) -> None:
        """Change the sum of tokens by `tokens`, never below nothing."""
        if tokens > 0:
            self._add(now, tokens)
        while tokens < 0 and self._tokens:
            at, amount = self._tokens.popleft()
            back = min(amount, -tokens)
            tokens += back
            self._taken -= back
            if amount > back:
                self._tokens.appendleft((at, amount - back))

    def _add(self, now: float, tokens: int) -> None:
        if tokens > 0:
            self._tokens.append((now, tokens))
            self._taken += tokens

    def _requests_free(self, limit: int | None, now: float) -> float:
        """When there is room for one request more."""
        if limit is None or len(self._requests) < limit:
            return now
        return self._requests[-limit] + MINUTE if limit > 0 else now + MINUTE

    def _tokens_free(self, limit: int | None, tokens: int, now: float) -> float:
        """When there is room for `tokens` more, or nothing at all."""
        if limit is None:
            return now
        left, free = self._taken, now
        for at, amount in self._tokens:
            if left + tokens <= limit or left <= 0:
                break
            left, free = left - amount, at + MINUTE
        return free
