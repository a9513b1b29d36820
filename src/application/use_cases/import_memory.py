"""Take in memory that was written out elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...domain.errors import StorageError
from ...domain.memory.entry import Entry
from ...domain.ports.long_term_store import LongTermStore
from ..memory.entry_lines import entries_of


@dataclass(frozen=True, slots=True)
class ImportMemoryRequest:
    """The lines of an export; `replace` also writes over entries that are there already."""

    lines: Iterable[str]
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """Keys that were taken in, and keys that were there already and left alone."""

    stored: tuple[str, ...]
    kept: tuple[str, ...]


class ImportMemory:
    """Stores the entries of an export.

    - Only what is whole is taken in; otherwise nothing is written.
    - They are scanned, encrypted and audited like everything that enters, and belong to whoever takes them in.
    - Their time begins anew.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ImportMemoryRequest) -> Imported:
        """Raises UserError that names a line, StorageError when the disk is full: what was stored then stays."""
        stored: list[str] = []
        kept: list[str] = []
        for entry in entries_of(request.lines):
            if not request.replace and await self._store.entry(entry.key) is not None:
                kept.append(entry.key)
            else:
                await self._keep(entry, len(stored))
                stored.append(entry.key)
        return Imported(tuple(stored), tuple(kept))

    async def _keep(self, entry: Entry, before: int) -> None:
        data = entry.data
        text = data["content"] if isinstance(data, dict) and isinstance(data.get("content"), str) else None
        if not await self._store.store(entry.key, data, entry.classification, origin=entry.origin, text=text):
            raise StorageError(
                f"the disk is full: {before:,} entries were taken in, {entry.key!r} was not",
                code="storage-full",
                hint="free some space and import again: what is there is left alone",
            )
