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
        scan, origin = self._scan, storing.origin
        scan.check_key(storing.key)
        told = replace(origin, author=scan.text(origin.author), conversation=scan.text(origin.conversation))
        words = None if storing.text is None else scan.text(storing.text)
        cleaned = replace(storing, data=scan.clean(storing.data), origin=told, text=words)
        return await cleaned.into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put what is left of `data` after the scan in the place of `seen`. Raises InvalidKey as `keep` does."""
        self._scan.check_key(seen.key)
        words = None if text is None else self._scan.text(text)
        return await self._inner.replace(seen, self._scan.clean(data), text=words, renewed=renewed)

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
        self._scan.check_key(key)
        return await self._inner.stash(key, self._scan.clean(value), ttl_seconds, promote_on_expiry)

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """As `stash`, all of them or none."""
        for key in entries:
            self._scan.check_key(key)
        cleaned = {key: self._scan.clean(value) for key, value in entries.items()}
        return await self._inner.stash_many(cleaned, ttl_seconds, promote_on_expiry)
