"""List what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...domain.errors import SecurityViolation, UserError
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
    """The first entries by key, how many there are in all, and which of the first could not be opened, and why."""

    entries: tuple[Entry, ...]
    total: int
    closed: Mapping[str, str]


class ListMemory:
    """Lists the entries that whoever asks may read, by key; one that cannot be opened hides no other."""

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
        found: list[Entry] = []
        closed: dict[str, str] = {}
        for key in keys[: request.limit]:
            try:
                entry = await self._store.entry(key)
            except SecurityViolation as error:
                closed[key] = error.message
                continue
            found += [] if entry is None else [entry]
        return Listed(tuple(found), len(keys), closed)
