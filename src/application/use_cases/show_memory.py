"""Show one entry of memory."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.memory.entry import Entry
from ...domain.memory.pattern import PREFIX
from ...domain.ports.long_term_store import LongTermStore


@dataclass(frozen=True, slots=True)
class ShowMemoryRequest:
    """A key, or the id of a pattern."""

    key: str


class ShowMemory:
    """Shows an entry with its class, its origin and its time."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ShowMemoryRequest) -> Entry:
        """Raises UnknownName with the nearest keys, AccessDenied, StorageError."""
        for key in (request.key, PREFIX + request.key):
            try:
                found = await self._store.entry(key)
            except ValueError as error:
                raise UserError(str(error), code="key", hint="muster memory list shows the keys") from error
            if found is not None:
                return found
        known = await self._store.list_keys()
        raise UnknownName.of("key", request.key, known, "muster memory list shows the keys")
