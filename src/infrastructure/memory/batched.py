"""Short-term stores that do one as they do many."""

from __future__ import annotations

from ...domain.ports.short_term_store import ShortTermStore


class BatchedShortTermStore(ShortTermStore):
    """One entry is a batch of one."""

    async def stash(
        self, key: str, value: object, ttl_seconds: float | None = None, promote_on_expiry: bool = False
    ) -> bool:
        """Keep `value`."""
        return await self.stash_many({key: value}, ttl_seconds, promote_on_expiry)

    async def retrieve(self, key: str) -> object | None:
        """What was stashed, or None."""
        return (await self.retrieve_many((key,))).get(key)
