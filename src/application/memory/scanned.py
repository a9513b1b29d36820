"""Stores that nothing enters unscanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...domain.memory.entry import NOBODY, Origin
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.short_term_store import ShortTermStore
from .passing import PassingLongTermStore, PassingShortTermStore
from .scan import MemoryScan


class ScannedLongTermStore(PassingLongTermStore):
    """Data, its text for the index, and the words of its origin are kept without personal data and secrets."""

    def __init__(self, inner: LongTermStore, scan: MemoryScan) -> None:
        super().__init__(inner)
        self._scan = scan

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Keep what is left of `data` after the scan. Raises InvalidKey for a key that holds a find."""
        self._scan.check_key(key)
        cleaned = self._scan.clean(data).data
        words = None if text is None else self._scan.text(text)
        author, conversation = self._scan.text(origin.author), self._scan.text(origin.conversation)
        told = replace(origin, author=author, conversation=conversation)
        return await self._inner.store(key, cleaned, classification, origin=told, text=words)

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; under a key that holds a find there never is."""
        return not self._scan.holds_finds(key) and await self._inner.delete(key)


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
        return await self._inner.stash(key, self._scan.clean(value).data, ttl_seconds, promote_on_expiry)

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """As `stash`, all of them or none."""
        for key in entries:
            self._scan.check_key(key)
        cleaned = {key: self._scan.clean(value).data for key, value in entries.items()}
        return await self._inner.stash_many(cleaned, ttl_seconds, promote_on_expiry)
