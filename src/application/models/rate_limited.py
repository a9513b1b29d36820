"""A model that is called no more often than its provider allows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.exchange import AttemptEnded, ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.models.rate import RateLimit
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.rate_limiter import RateLimiter
from ...domain.ports.token_counter import TokenCounter
from .closing import close
from .refusal import Refusals
from .request_estimate import count_input

LONGEST_WAIT = 65.0
"""Seconds that a call waits for its turn at most, unless told otherwise: a full minute has passed by then."""
SecondsLeft = Callable[[Sequence[str]], float | None]


class Pace:
    """A limit that several calls keep together; `seconds_left` tells what the budgets of a call have left.

    A call that would wait longer than `longest` seconds, or than its budgets have, is refused instead.
    """

    def __init__(
        self,
        limiter: RateLimiter,
        limit: RateLimit,
        clock: Clock,
        longest: float = LONGEST_WAIT,
        seconds_left: SecondsLeft = lambda _: None,
    ) -> None:
        self.limiter = limiter
        self.limit = limit
        self.clock = clock
        self._longest = longest
        self._seconds_left = seconds_left

    async def take(self, key: str, tokens: int, accounts: Sequence[str]) -> tuple[float, float]:
        """Wait until a call of `tokens` fits the limit: the seconds waited, and, above 0, those still missing."""
        started = self.clock.monotonic()
        left = self._seconds_left(accounts) if accounts else None
        patience = self._longest if left is None else min(self._longest, left)
        while True:
            pause = await self.limiter.acquire(key, self.limit, tokens)
            waited = self.clock.monotonic() - started
            if pause <= 0 or waited + pause > patience:
                return waited, max(pause, 0.0)
            await self.clock.sleep(pause)


class RateLimitedModel(LanguageModel):
    """Waits for its turn before each call, and corrects afterwards how many tokens the call took.

    A call is expected to take its input and as long an answer as is allowed. What was waited stands in the
    attempt. Raises ModelFailure of kind `our_limit` when the turn is too far off.
    """

    def __init__(self, inner: LanguageModel, pace: Pace, counter: TokenCounter, refusals: Refusals) -> None:
        self._inner = inner
        self._pace = pace
        self._counter = counter
        self._refusals = refusals

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request` when it is its turn; at once where there is no limit."""
        limit = self._pace.limit
        if limit.requests is None and limit.tokens is None:
            return self._inner.stream(request)
        return self._paced(request)

    async def _paced(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        # Limits are those of a provider, and its models share them.
        key, limited = self._inner.info.provider, self._pace.limit.tokens is not None
        expected = count_input(request, self._counter).at_most + request.max_output_tokens if limited else 0
        waited, missing = await self._pace.take(key, expected, request.context.accounts)
        if waited > 0:
            waited += request.context.waited
            request = replace(request, context=replace(request.context, waited=waited))
        if missing > 0:
            refusal = _too_far_off(self._inner.info.name, missing)
            yield self._refusals.keep(self.info, request, refusal.kind, str(refusal))
            raise refusal
        events = self._inner.stream(request)
        corrected = not limited
        try:
            async for event in events:
                if not corrected and type(event) is AttemptEnded:
                    corrected = True
                    taken = event.attempt.usage.total
                    await self._pace.limiter.adjust(key, self._pace.limit, taken - expected)
                yield event
        finally:
            await close(events)


def _too_far_off(name: str, missing: float) -> ModelFailure:
    return ModelFailure(
        f"{name} was not called: the rate limit set for its provider leaves no room for {missing:.1f} s more",
        kind=ErrorKind.OUR_LIMIT,
        retry_after=missing,
        details={"model": name},
        hint="run less at once, or raise the limit if the provider allows more",
    )
