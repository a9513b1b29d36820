"""A model that gives an answer again which was paid for before."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Iterator

from ...domain.ledger.entry import LedgerEntry
from ...domain.models.attempt import Attempt
from ...domain.models.cached_answer import CachedAnswer
from ...domain.models.exchange import (
    AttemptEnded,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ReasoningKept,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.ports.clock import Clock
from ...domain.ports.cost_ledger import CostLedger
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.response_cache import ResponseCache
from .assembly import Assembly
from .cache_key import cache_key
from .closing import close

WHOLE = frozenset({FinishReason.STOP, FinishReason.TOOL_CALLS})
log = logging.getLogger(__name__)


class CacheCounts:
    """How often an answer was found, and how often not; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hits = self._misses = 0

    def note(self, hit: bool) -> None:
        """Count one look."""
        with self._lock:
            self._hits += hit
            self._misses += not hit

    @property
    def hits(self) -> int:
        """Looks that found an answer."""
        return self._hits

    @property
    def misses(self) -> int:
        """Looks that found none."""
        return self._misses

    @property
    def rate(self) -> float | None:
        """Share of hits, 0.0 to 1.0; None before the first look."""
        looks = self._hits + self._misses
        return self._hits / looks if looks else None


class CachedModel(LanguageModel):
    """Answers the very same request from the cache, at no cost; the rest goes to the model inside.

    Kept are whole answers of the model itself: none that was cut off or refused, none of a stand-in. A request
    whose context is `fresh` passes the cache by. `salt` is what affects answers and is not in the request, such
    as the base URL of the provider and the privacy policy.
    """

    def __init__(
        self,
        inner: LanguageModel,
        cache: ResponseCache,
        ledger: CostLedger,
        clock: Clock,
        counts: CacheCounts,
        salt: str = "",
    ) -> None:
        self._inner = inner
        self._cache = cache
        self._ledger = ledger
        self._clock = clock
        self._salt = salt
        self.counts = counts

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The kept answer, with an attempt that cost nothing, or a new one."""
        started = self._clock.monotonic()
        key = "" if request.context.fresh else cache_key(self._inner.info.name, request, self._salt)
        found = await self._look_up(key) if key else None
        if found is not None:
            for event in _events(found.response):
                yield event
            yield AttemptEnded(self._hit(request, found.response, started))
            yield Finished(found.response.finish_reason, found.response.model)
            return
        answer = Assembly(self._inner.info.name)
        events = self._inner.stream(request)
        try:
            async for event in events:
                answer.add(event)
                # Before the end is told: a reader need not come back after it.
                if type(event) is Finished and key:
                    await self._keep(key, answer.response())
                yield event
        finally:
            await close(events)

    async def _look_up(self, key: str) -> CachedAnswer | None:
        found = await self._cache.get(key)
        self.counts.note(found is not None)
        return found

    def _hit(self, request: ModelRequest, response: ModelResponse, started: float) -> Attempt:
        info, context = self._inner.info, request.context
        seconds = self._clock.monotonic() - started
        attempt = Attempt(info.provider, response.model, info.tier, duration=seconds, cached=True)
        self._ledger.record(LedgerEntry(self._clock.now(), context.run_id, context.agent, attempt))
        context.heard(attempt)
        return attempt

    async def _keep(self, key: str, response: ModelResponse) -> None:
        is_whole = response.finish_reason in WHOLE and bool(response.text or response.tool_calls)
        stood_in = any(attempt.ok and attempt.fallback for attempt in response.attempts)
        if not is_whole or stood_in:
            return
        try:
            await self._cache.put(key, CachedAnswer(response))
        except Exception as error:  # noqa: BLE001 - the answer is paid for: no cache may destroy it
            log.warning("an answer of %s was not kept: %s", response.model, type(error).__name__)


def _events(response: ModelResponse) -> Iterator[ModelEvent]:
    """What was said, as it would come from the model; the usage is that of the answer when it was bought."""
    if response.text:
        yield TextDelta(response.text)
    for index, call in enumerate(response.tool_calls):
        yield ToolCallDone(index, call.name, call.arguments, call.call_id)
    if response.reasoning:
        yield ReasoningKept(response.reasoning)
    yield UsageReported(response.usage)
