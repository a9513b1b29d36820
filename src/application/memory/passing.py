"""Stores that pass everything on: what wrappers change is all that they need to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...domain.memory.backup import Backup, KnownBackup
from ...domain.memory.due import Due
from ...domain.memory.entry import NOBODY, Entry, Hit, Origin, Query, Verified
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.short_term_store import ShortTermStore
from ...domain.security.classification import Classification


@dataclass(frozen=True, slots=True, kw_only=True)
class Storing:
    """One call of `store`, on its way through the wrappers."""

    key: str
    data: object
    classification: Classification
    origin: Origin
    text: str | None

    async def into(self, store: LongTermStore) -> bool:
        """Have `store` keep it."""
        return await store.store(self.key, self.data, self.classification, origin=self.origin, text=self.text)


class PassingLongTermStore(LongTermStore):
    """The store within, as it is; `keep` is where a wrapper changes what is stored."""

    def __init__(self, inner: LongTermStore) -> None:
        self._inner = inner

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Keep `data` under `key`. Raises ValueError for an unknown class, and whatever `keep` raises."""
        kind = Classification.of(classification)
        return await self.keep(Storing(key=key, data=data, classification=kind, origin=origin, text=text))

    async def keep(self, storing: Storing) -> bool:
        """Hand it on."""
        return await storing.into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still what is stored."""
        return await self._inner.replace(seen, data, text=text, renewed=renewed)

    async def retrieve(self, key: str) -> object | None:
        """The data of `entry`, which is the one way out."""
        found = await self.entry(key)
        return None if found is None else found.data

    async def entry(self, key: str) -> Entry | None:
        """What was stored, with where it comes from."""
        return await self._inner.entry(key)

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        return await self._inner.delete(key)

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """All keys."""
        return await self._inner.list_keys(classification, prefix=prefix)

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best."""
        return await self._inner.search(query)

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what is too old."""
        return await self._inner.prune(before)

    async def verify(self, *, repair: bool = False) -> Verified:
        """Read every entry."""
        return await self._inner.verify(repair=repair)

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy everything."""
        return await self._inner.backup(path, replace=replace)

    async def backups(self) -> tuple[KnownBackup, ...]:
        """The copies that are kept in mind."""
        return await self._inner.backups()


class PassingShortTermStore(ShortTermStore):
    """The store within, as it is."""

    def __init__(self, inner: ShortTermStore) -> None:
        self._inner = inner

    async def stash(
        self, key: str, value: object, ttl_seconds: float | None = None, promote_on_expiry: bool = False
    ) -> bool:
        """Keep `value` for a while."""
        return await self._inner.stash(key, value, ttl_seconds, promote_on_expiry)

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """As `stash`, all of them or none."""
        return await self._inner.stash_many(entries, ttl_seconds, promote_on_expiry)

    async def retrieve(self, key: str) -> object | None:
        """What was stashed."""
        return await self._inner.retrieve(key)

    async def retrieve_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Those that are there."""
        return await self._inner.retrieve_many(keys)

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        return await self._inner.delete(key)

    async def keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys."""
        return await self._inner.keys(prefix)

    async def expires_in(self, key: str) -> float | None:
        """Seconds that are left."""
        return await self._inner.expires_in(key)

    async def stashed_at(self, key: str) -> datetime | None:
        """When it was last stashed."""
        return await self._inner.stashed_at(key)

    async def due(self, limit: int = 100) -> tuple[Due, ...]:
        """Entries that wait for their promotion."""
        return await self._inner.due(limit)

    async def settle(self, due: Due) -> bool:
        """Take away what was promoted."""
        return await self._inner.settle(due)
