"""Port: what is remembered for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ..memory.due import Due


class ShortTermStore(Protocol):
    """Keeps JSON values by key until their time is over; several processes may share it.

    Times are honoured to the second. An entry that is to be promoted stays readable after its time until `settle`
    is called for it, so that no moment exists in which it is in neither tier. A server that is away is a
    StorageError within seconds, never a wait without end; when it is back, the store goes on.
    """

    async def stash(
        self, key: str, value: object, ttl_seconds: float | None = None, promote_on_expiry: bool = False
    ) -> bool:
        """Keep `value` for `ttl_seconds` (default `Lifetime.WORKING`), replacing what was there.

        False when there is no room. Raises ValueError for a blank key and for a time that is not above zero,
        TypeError for a value that is not JSON; the old value stays whole.
        """
        ...

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """As `stash`, all of them or none."""
        ...

    async def retrieve(self, key: str) -> object | None:
        """What was stashed, or None; an entry whose time is over is gone unless it waits for its promotion."""
        ...

    async def retrieve_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Those of `keys` that are there."""
        ...

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; a deleted entry is not promoted."""
        ...

    async def keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted."""
        ...

    async def expires_in(self, key: str) -> float | None:
        """Seconds that are left; 0 for what waits for its promotion, None for what is not there."""
        ...

    async def stashed_at(self, key: str) -> datetime | None:
        """When it was last stashed, in UTC; None for what is not there."""
        ...

    async def due(self, limit: int = 100) -> tuple[Due, ...]:
        """Entries that wait for their promotion, the longest waiting first."""
        ...

    async def settle(self, due: Due) -> bool:
        """Take away exactly this writing of the entry; False when it was written anew or deleted meanwhile."""
        ...
