"""Port: what is remembered for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ..memory.backup import Backup, KnownBackup
from ..memory.entry import NOBODY, Entry, Hit, Origin, Query, Verified
from ..security.classification import Classification


class LongTermStore(Protocol):
    """Keeps JSON values by key, across processes and restarts, each with its class and origin."""

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Keep `data` under `key`, replacing what was there; False when the disk is full.

        An entry whose origin names the same promotion already is left as it is, in one step with the look: of several
        who promote at once one writes. `text` is what a search finds the entry by; None means all texts within `data`,
        "" that it is never found.
        Raises ValueError for a blank key, one that leads out (`../x`), or an unknown class, and TypeError for data
        that is not JSON; the old value stays whole.
        """
        ...

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still what is stored; in one step with the look.

        Class, origin and time stay as they are: it is the same entry in another form; if it is `renewed`, it counts as
        written now. False when somebody has written
        or deleted it meanwhile: nothing is changed then. Raises TypeError as `store` does, and StorageError when the
        disk is full.
        """
        ...

    async def retrieve(self, key: str) -> object | None:
        """What was stored, or None."""
        ...

    async def entry(self, key: str) -> Entry | None:
        """What was stored, with its class, its origin and its time, or None."""
        ...

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; it is gone from the index too, and from the backups within reach."""
        ...

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """All keys of that class (None: of all) that start with `prefix`, sorted."""
        ...

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer `query` best, best first; blank words find nothing."""
        ...

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what was last written before the moment of its class; returns the keys."""
        ...

    async def verify(self, *, repair: bool = False) -> Verified:
        """Read every entry against its digest; with `repair`, set aside what is damaged and build the index anew."""
        ...

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy everything, as it is at one moment, to `path`, read the copy, and keep it in mind.

        Raises StorageError: something is there and not to be replaced, or it cannot be written or kept.
        """
        ...

    async def backups(self) -> tuple[KnownBackup, ...]:
        """The copies that are kept in mind, by path."""
        ...
