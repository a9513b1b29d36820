"""A store in which nothing outlives the time of its class."""

from __future__ import annotations

from ...domain.memory.entry import Entry, Hit, Query
from ...domain.ports.clock import Clock
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from .passing import PassingLongTermStore, Storing

PAUSE = 3600.0
"""Seconds between two looks for what is over."""


class RetainedLongTermStore(PassingLongTermStore):
    """What is over reads as None at once, and is deleted when something is next stored, once an hour."""

    def __init__(self, inner: LongTermStore, clock: Clock) -> None:
        super().__init__(inner)
        self._clock = clock
        self._next = 0.0

    async def keep(self, storing: Storing) -> bool:
        """Keep it, and delete what is over when that was long not done, or when it stands in the way."""
        in_the_way = storing.origin.promotion and await self._holds_what_is_over(storing.key)
        if in_the_way or self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + PAUSE
            await self.forget_what_is_over()
        return await storing.into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still there and not over."""
        return not self._is_over(seen) and await self._inner.replace(seen, data, text=text, renewed=renewed)

    async def entry(self, key: str) -> Entry | None:
        """What was stored and is not over."""
        found = await self._inner.entry(key)
        return None if found is None or self._is_over(found) else found

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best and are not over; what is over is deleted first when it is in the way."""
        hits = await self._inner.search(query)
        if any(self._is_over(hit.entry) for hit in hits):
            await self.forget_what_is_over()
            hits = await self._inner.search(query)
        return tuple(hit for hit in hits if not self._is_over(hit.entry))

    async def forget_what_is_over(self) -> tuple[str, ...]:
        """Delete everything that is older than its class allows; the keys."""
        now = self._clock.now()
        return await self._inner.prune({one: now - one.kept_for for one in Classification})

    async def _holds_what_is_over(self, key: str) -> bool:
        """Whether it must go first: one promotion is written once. It goes by its age: it may be renewed meanwhile."""
        found = await self._inner.entry(key)
        return found is not None and self._is_over(found)

    def _is_over(self, entry: Entry) -> bool:
        return self._clock.now() - entry.stored_at > entry.classification.kept_for
