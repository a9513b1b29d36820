"""Short-term memory that machines share through Redis."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ...domain.errors import StorageError
from ...domain.memory.due import Due
from ..common.redis_client import FULL, RedisClient
from . import redis_short_scripts as scripts
from .batched import BatchedShortTermStore
from .json_values import checked_key
from .redis_parts import parts
from .short_values import Writing, checked_time, writings

NAMESPACE = "muster"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROS = 1_000_000
log = logging.getLogger(__name__)


class RedisShortTermStore(BatchedShortTermStore):
    """One script a question, so that each happens as a whole; time is the server's.

    All keys begin with `namespace`. What waits for its promotion is given no expiry, so that neither Redis nor an
    eviction among volatile keys takes it away. Whoever made `client` closes it.
    """

    def __init__(self, client: RedisClient, namespace: str = NAMESPACE) -> None:
        # The braces keep all of it on one node of a cluster.
        base = f"{{{namespace}:short}}"
        self._client = client
        self._space = f"{base}:entry:"
        self._keys = (f"{base}:names", f"{base}:ends", f"{base}:waits")

    async def stash_many(
        self,
        entries: Mapping[str, object],
        ttl_seconds: float | None = None,
        promote_on_expiry: bool = False,
    ) -> bool:
        """Keep all of them in one script, or none when the server has no room."""
        rows, micros = writings(entries), max(1, round(checked_time(ttl_seconds) * MICROS))
        arguments = [
            part.encode() if isinstance(part, str) else part
            for row in rows
            for part in (row.key, row.value, row.version, row.digest)
        ]
        try:
            await self._ask(scripts.STASH, micros, int(promote_on_expiry), *arguments)
        except StorageError as error:
            if error.code != FULL:
                raise
            log.warning("%r were not stashed: the server has no room left", list(entries))
            return False
        return True

    async def retrieve_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Those of `keys` that are there, as they were at one moment."""
        wanted = [checked_key(key) for key in keys]
        answer = await self._ask(scripts.RETRIEVE, *wanted)
        found = [_writing(answer[at : at + 4]) for at in range(0, len(answer), 4)]
        return {one.key.decode(): one.data() for one in found if one.whole()}

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        return bool(await self._ask(scripts.DELETE, checked_key(key)))

    async def keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted by code point."""
        answer = await self._ask(scripts.NAMES, prefix.encode("utf-8", "surrogatepass"))
        return tuple(key.decode(errors="replace") for key in answer)

    async def expires_in(self, key: str) -> float | None:
        """Seconds that are left."""
        answer = await self._ask(scripts.TIMES, checked_key(key))
        return int(answer[0]) / MICROS if answer else None

    async def stashed_at(self, key: str) -> datetime | None:
        """When it was last stashed, by the server's clock."""
        answer = await self._ask(scripts.TIMES, checked_key(key))
        return _moment(answer[1]) if answer else None

    async def due(self, limit: int = 100) -> tuple[Due, ...]:
        """Entries that wait for their promotion; damaged ones stay where they are, and are left out."""
        answer = await self._ask(scripts.DUE, limit)
        found = [(_writing(answer[at : at + 4]), answer[at + 4]) for at in range(0, len(answer), 5)]
        return tuple(one.due(_moment(stashed)) for one, stashed in found if one.whole())

    async def settle(self, due: Due) -> bool:
        """Take away this writing of the entry."""
        return bool(await self._ask(scripts.SETTLE, checked_key(due.key), due.version))

    async def _ask(self, script: str, *arguments: int | str | bytes) -> list[bytes]:
        return parts(await self._client.run(script, self._keys, (self._space, *arguments)))


def _writing(parts: Sequence[bytes]) -> Writing:
    key, value, version, digest = parts
    return Writing(key, value, version.decode(errors="replace"), digest.decode(errors="replace"))


def _moment(micros: bytes) -> datetime:
    return EPOCH + timedelta(microseconds=int(micros))
