"""Answers that every worker shares through Redis."""

from __future__ import annotations

import logging

from ...domain.errors import StorageError
from ...domain.models.cached_answer import CachedAnswer
from ...domain.ports.clock import Clock
from ...domain.ports.response_cache import ResponseCache
from ..common.redis_client import RedisClient
from .packing import packed, unpacked

PREFIX = "muster:answer:"
WEEK = 7 * 24 * 3600
PAUSE = 30.0
"""Seconds for which a server that did not answer is not asked again."""
log = logging.getLogger(__name__)


class RedisResponseCache(ResponseCache):
    """The server forgets an answer after `seconds`, and earlier where it is short of memory and set up to evict."""

    def __init__(self, client: RedisClient, clock: Clock, seconds: int = WEEK) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds
        self._away_until: float | None = None

    async def get(self, key: str) -> CachedAnswer | None:
        """The answer, if it is there and whole."""
        if self._is_away():
            return None
        try:
            data = await self._client.get(PREFIX + key)
        except StorageError as error:
            self._failed(error)
            return None
        self._away_until = None
        return None if data is None else unpacked(key, data)

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """Keep `answer`."""
        if self._is_away():
            return
        data = packed(key, answer)
        if data is None:
            return
        try:
            await self._client.put(PREFIX + key, data, self._seconds)
        except StorageError as error:
            self._failed(error)

    def _is_away(self) -> bool:
        return self._away_until is not None and self._clock.monotonic() < self._away_until

    def _failed(self, error: StorageError) -> None:
        if self._away_until is None:
            log.warning("answers are not shared until Redis is back: %s", error)
        self._away_until = self._clock.monotonic() + PAUSE
