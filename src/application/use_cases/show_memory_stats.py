"""How memory is doing."""

from __future__ import annotations

from ...domain.memory.status import MemoryStatus
from ..memory.tiered import TieredMemory


class ShowMemoryStats:
    """Tells which adapters keep the tiers, whether they answer, and how many entries they hold."""

    def __init__(self, memory: TieredMemory) -> None:
        self._memory = memory

    async def execute(self) -> MemoryStatus:
        """Never raises for a tier that is away: it says so."""
        return await self._memory.get_backend_status()
