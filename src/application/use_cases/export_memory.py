"""Write memory out, to carry it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ..memory.entry_lines import lines_of


@dataclass(frozen=True, slots=True)
class ExportMemoryRequest:
    """Entries whose keys begin with `prefix`; SENSITIVE ones only when they are wanted, for they leave in the clear."""

    prefix: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """Lines without their ends, how many entries they hold, and how many SENSITIVE ones were left out."""

    lines: tuple[str, ...]
    entries: int
    left_out: int


class ExportMemory:
    """Tells what whoever asks may read, in lines of JSON; the last proves the others."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ExportMemoryRequest) -> Exported:
        """Raises StorageError, and KeyUnavailable when SENSITIVE entries are wanted and there is no key."""
        keys = await self._store.list_keys(prefix=request.prefix)
        hidden = frozenset[str]()
        if not request.sensitive:
            hidden = frozenset(await self._store.list_keys(Classification.SENSITIVE, prefix=request.prefix))
        found = [await self._store.entry(key) for key in keys if key not in hidden]
        entries = [one for one in found if one is not None]
        return Exported(tuple(lines_of(entries)), len(entries), len(hidden))
