"""Stores that nothing enters unscanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...domain.memory.entry import Entry
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.short_term_store import ShortTermStore
from .passing import PassingLongTermStore, PassingShortTermStore, Storing
from .scan import MemoryScan


class ScannedLongTermStore(PassingLongTermStore):
    """Data, its text for the index, and the words of its origin are kept without personal data and secrets."""

    def __init__(self, inner: LongTermStore, scan: MemoryScan) -> None:
        super().__init__(inner)
        self._scan = scan

    async def keep(self, storing: Storing) -> bool:
        """Keep what is left of the data after the scan. Raises InvalidKey for a key that holds a find."""
        origin = storing.origin
        texts = (origin.author, origin.conversation, *(() if storing.text is None else (storing.text,)))
        data, left = await self._scan.entering({storing.key: storing.data}, texts)
        told = replace(origin, author=left[0], conversation=left[1])
        words = None if storing.text is None else left[2]
        cleaned = replace(storing, data=data[storing.key], origin=told, text=words)
        return await cleaned.into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put what is left of `data` after the scan in the place of `seen`. Raises InvalidKey as `keep` does."""
        cleaned, left = await self._scan.entering({seen.key: data}, () if text is None else (text,))
        words = None if text is None else left[0]
        return await self._inner.replace(seen, cleaned[seen.key], text=words, renewed=renewed)

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; under a key that holds a find there never is."""
        return not self._scan.kinds_in(key) and await self._inner.delete(key)


class ScannedShortTermStore(PassingShortTermStore):
    """Values are kept without personal data and secrets."""

    def __init__(self, inner: ShortTermStore, scan: MemoryScan) -> None:
        super().__init__(inner)
        self._scan = scan

    async def stash(
        self, key: str, value: object, ttl_seconds: float | None = None, promote_on_expiry: bool = False
    ) -> bool:
        """Keep what is left of `value` after the scan. Raises InvalidKey for a key that holds a find."""
        cleaned, _ = await self._scan.entering({key: value})
        return await self._inner.stash(key, cleaned[key], ttl_seconds, promote_on_expiry)

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """As `stash`, all of them or none."""
        cleaned, _ = await self._scan.entering(entries)
        return await self._inner.stash_many(cleaned, ttl_seconds, promote_on_expiry)
