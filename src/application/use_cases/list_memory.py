"""List what is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.memory.entry import Entry
from ...domain.ports.long_term_store import LongTermStore


@dataclass(frozen=True, slots=True)
class ListMemoryRequest:
    """Entries of a class (None: of all) whose keys begin with `prefix`."""

    prefix: str = ""
    classification: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """The first entries by key, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


class ListMemory:
    """Lists the entries that whoever asks may read, by key; what cannot be read is left out, not guessed."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ListMemoryRequest) -> Listed:
        """Raises UserError for an unknown class, StorageError."""
        if request.limit < 0:
            raise UserError(f"limit {request.limit} is below zero", code="limit", hint="say 0 or more")
        try:
            keys = await self._store.list_keys(request.classification, prefix=request.prefix)
        except ValueError as error:
            raise UserError(str(error), code="classification", hint="muster memory list --help") from error
        found = [await self._store.entry(key) for key in keys[: request.limit]]
        return Listed(tuple(one for one in found if one is not None), len(keys))
