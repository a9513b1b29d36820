"""Copy the memory to a safe place."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.memory.backup import Backup
from ...domain.ports.clock import Clock
from ...domain.ports.long_term_store import LongTermStore


@dataclass(frozen=True, slots=True)
class BackupMemoryRequest:
    """`path` of "" is a new place below the data folder; what is there is replaced only with `replace`."""

    path: str = ""
    replace: bool = False


class BackupMemory:
    """Makes a copy that is whole, reads it, and keeps it in mind.

    - What is sealed stays sealed; the keys are no part of the copy.
    - What is deleted later is deleted in the copy too, as long as it stays where it was made.
    """

    def __init__(self, store: LongTermStore, clock: Clock, folder: str, ending: str) -> None:
        self._store = store
        self._clock = clock
        self._folder = folder
        self._ending = ending

    async def execute(self, request: BackupMemoryRequest) -> Backup:
        """What was copied where; raises StorageError, AccessDenied."""
        name = f"memory-{self._clock.now():%Y%m%d-%H%M%S}{self._ending}"
        return await self._store.backup(request.path or f"{self._folder}/{name}", replace=request.replace)
