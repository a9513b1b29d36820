"""Check everything that is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.memory.entry import Verified
from ...domain.ports.long_term_store import LongTermStore


@dataclass(frozen=True, slots=True)
class VerifyMemoryRequest:
    """`repair` sets damaged entries aside and builds the index anew."""

    repair: bool = False


class VerifyMemory:
    """Reads every entry of the store against its digest."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: VerifyMemoryRequest) -> Verified:
        """What it came to; raises StorageError when the store cannot be read at all."""
        return await self._store.verify(repair=request.repair)
