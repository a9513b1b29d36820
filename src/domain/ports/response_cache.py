"""Port: answers that were paid for before."""

from __future__ import annotations

from typing import Protocol

from ..models.cached_answer import CachedAnswer


class ResponseCache(Protocol):
    """Keeps answers by a key of everything that affects them; a cache that fails is only a cache that misses."""

    async def get(self, key: str) -> CachedAnswer | None:
        """The answer under `key`, None when there is none, it has expired, or the cache cannot be read."""
        ...

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """Keep `answer`; the newest wins, and one that cannot be written down is not kept."""
        ...
