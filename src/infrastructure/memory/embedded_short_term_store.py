"""Short-term memory without a server."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import apsw

from ...domain.errors import StorageError
from ...domain.memory.due import Due
from ...domain.ports.clock import Clock
from ..common.sqlite import Database
from ..common.sqlite_errors import FULL
from .batched import BatchedShortTermStore
from .embedded_short_rows import (
    APPLICATION_ID,
    MIGRATIONS,
    Timeline,
    boot_of_machine,
    names,
    put,
    read,
    remove,
    settle,
    times,
    waiting,
)
from .json_values import checked_key
from .short_values import checked_time, writings
from .transient import Transient

log = logging.getLogger(__name__)


class EmbeddedShortTermStore(BatchedShortTermStore):
    """In this process, or in a SQLite file at `path`, which outlives it and which several processes may share.

    Time goes by the steady counter of `clock`, so that setting the time of day ends nothing early and keeps nothing
    too long; it counts on through restarts of the process, and goes by the time of day from one boot to the next.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._time = Timeline(clock, boot_of_machine(fallback=secrets.token_hex(16)))
        self._rows = Transient(MIGRATIONS) if path is None else Database(path, APPLICATION_ID, MIGRATIONS)

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """Keep all of them in one transaction, or none when there is no room."""
        rows, seconds, at = writings(entries), checked_time(ttl_seconds), self._clock.now()
        try:
            await self._rows.write(
                lambda c: put(c, rows, self._time.anchored(c), seconds, at, promote_on_expiry)
            )
        except StorageError as error:
            if error.code != FULL:
                raise
            log.warning("%r were not stashed: %s", list(entries), error)
            return False
        return True

    async def retrieve_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Those of `keys` that are there, as they were at one moment."""
        wanted = [checked_key(key) for key in keys]
        found = await self._rows.read(lambda c: read(c, wanted, self._time.now(c)))
        return {one.key.decode(): one.data() for one in found}

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        name = checked_key(key)
        return await self._rows.write(lambda c: remove(c, name, self._time.now(c)))

    async def keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted by code point."""
        start = prefix.encode("utf-8", "surrogatepass")
        return await self._rows.read(lambda c: names(c, start, self._time.now(c)))

    async def expires_in(self, key: str) -> float | None:
        """Seconds that are left."""
        name = checked_key(key)

        def left(connection: apsw.Connection) -> float | None:
            now = self._time.now(connection)
            found = times(connection, name, now)
            return None if found is None else max(0.0, found[0] - now)

        return await self._rows.read(left)

    async def stashed_at(self, key: str) -> datetime | None:
        """When it was last stashed, by the time of day."""
        name = checked_key(key)
        found = await self._rows.read(lambda c: times(c, name, self._time.now(c)))
        return None if found is None else found[1]

    async def due(self, limit: int = 100) -> tuple[Due, ...]:
        """Entries that wait for their promotion."""
        return await self._rows.read(lambda c: waiting(c, limit, self._time.now(c)))

    async def settle(self, due: Due) -> bool:
        """Take away this writing of the entry."""
        name = checked_key(due.key)
        return await self._rows.write(lambda c: settle(c, name, due.version))

    def close(self) -> None:
        """Let go of the file; what was kept in this process only is gone."""
        self._rows.close()
