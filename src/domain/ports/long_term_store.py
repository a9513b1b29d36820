"""Port: what is remembered for good."""

from __future__ import annotations

from typing import Protocol


class LongTermStore(Protocol):
    """Keeps JSON values by key, across processes and restarts."""

    async def store(self, key: str, data: object) -> bool:
        """Keep `data` under `key`, replacing what was there; False when the disk is full.

        Raises ValueError for a blank key and TypeError for data that is not JSON; the old value stays whole.
        """
        ...

    async def retrieve(self, key: str) -> object | None:
        """What was stored, or None."""
        ...

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        ...

    async def list_keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted."""
        ...
