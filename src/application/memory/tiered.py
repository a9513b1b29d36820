"""Both tiers of memory behind one face."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ...domain.errors import MusterError, StorageError
from ...domain.memory.lifetime import Lifetime
from ...domain.memory.status import MemoryStatus, Synced, TierStatus
from ...domain.ports.ids import Ids
from ...domain.security.classification import Classification
from ...domain.security.principal import Principal
from .patterns import PatternBook, check_short
from .tiers import Tiers


class TieredMemory(PatternBook):
    """What one user remembers: for a while in the short-term tier, for good in the long-term one; patterns, too.

    Values are JSON. The stores that it is given are already scanned, sealed, guarded and audited; it adds no rule of
    security of its own.
    """

    def __init__(self, tiers: Tiers, ids: Ids, principal: Principal) -> None:
        super().__init__(tiers, ids, principal)
        self._tiers = tiers

    async def store(
        self, key: str, data: object, ttl: float | None = None, classification: str = "INTERNAL"
    ) -> bool:
        """Keep `data`: with a `ttl` in seconds for so long, else for good; False when there is no room.

        Raises SecurityViolation for what must be encrypted and is to be kept for a while: that tier encrypts nothing.
        """
        if ttl is not None:
            check_short(Classification.of(classification))
            return await self._short.stash(key, data, ttl)
        return await self._long.store(key, data, classification)

    async def retrieve(self, key: str) -> object | None:
        """What is remembered: the short-term value if there is one, else the long-term one."""
        found = await self._short.retrieve(key)
        return found if found is not None else await self._long.retrieve(key)

    async def delete(self, key: str) -> bool:
        """Forget it in both tiers; whether there was anything."""
        kept = await self._long.delete(key)  # first: it is the one that may be refused
        return await self._short.delete(key) or kept

    async def stash(
        self, key: str, value: object, ttl_seconds: float | None = None, promote_on_expiry: bool = False
    ) -> bool:
        """Keep `value` for a while (an hour), and then for good if it is to be promoted."""
        return await self._short.stash(key, value, ttl_seconds, promote_on_expiry)

    async def promote_to_long_term(self, key: str) -> bool:
        """Move a short-term entry to the long-term tier; False when there is none, or no room for it there."""
        stashed, value = await self._short.stashed_at(key), await self._short.retrieve(key)
        if value is None or not await self._long.store(key, value):
            return False
        if await self._short.stashed_at(key) == stashed:  # else it was stashed anew meanwhile, and stays
            await self._short.delete(key)
        return True

    async def sync_tiers(self) -> Synced:
        """Write, for every key that is in both tiers, the newer value over the older one.

        A long-term value that is newer keeps the time that the short-term one had left.
        """
        up: list[str] = []
        down: list[str] = []
        for key in await self._short.keys():
            entry, stashed = await self._long.entry(key), await self._short.stashed_at(key)
            value = await self._short.retrieve(key)
            if entry is None or stashed is None or value is None or value == entry.data:
                continue
            if stashed > entry.stored_at:
                if await self._long.store(key, value, entry.classification, origin=entry.origin):
                    up.append(key)
            elif await self._short.stash(key, entry.data, await self._left(key)):
                down.append(key)
        return Synced(to_long_term=tuple(up), to_short_term=tuple(down))

    async def get_backend_status(self) -> MemoryStatus:
        """Which adapters keep the tiers, whether they answer, and how many entries they hold."""
        counts = dict[str, int]()

        async def long_term() -> int:
            for kind in Classification:
                counts[kind.value] = len(await self._long.list_keys(kind))
            return sum(counts.values())

        async def short_term() -> int:
            return len(await self._short.keys())

        long = await _status(self._tiers.long_name, long_term)
        short = await _status(self._tiers.short_name, short_term)
        return MemoryStatus(short_term=short, long_term=long, by_class=counts)

    async def health_check(self) -> bool:
        """Whether both tiers take an entry and give it back."""
        probe = "health-check"
        try:
            kept = await self._short.stash(probe, 1, Lifetime.COORDINATION) and await self._long.store(
                probe, 1
            )
            there = (await self._short.retrieve(probe), await self._long.retrieve(probe)) == (1, 1)
            await self.delete(probe)
        except MusterError:
            return False
        return kept and there

    async def _left(self, key: str) -> float:
        return max(1.0, await self._short.expires_in(key) or 0.0)


async def _status(backend: str, count: Callable[[], Awaitable[int]]) -> TierStatus:
    try:
        return TierStatus(backend=backend, available=True, entries=await count())
    except StorageError as error:
        return TierStatus(backend=backend, available=False, problem=str(error))
