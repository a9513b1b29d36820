"""How memory is doing."""

from __future__ import annotations

from dataclasses import replace

from ...domain.errors import StorageError
from ...domain.memory.status import MemoryStatus
from ..memory.coordination import Coordination
from ..memory.tiered import TieredMemory


class ShowMemoryStats:
    """Tells which adapters keep the tiers, whether they answer, how many entries they hold, and what is under way."""

    def __init__(self, memory: TieredMemory, coordination: Coordination) -> None:
        self._memory = memory
        self._shared = coordination

    async def execute(self) -> MemoryStatus:
        """Never raises for a tier that is away: it says so."""
        status = await self._memory.get_backend_status()
        try:
            queues = {
                name: await self._shared.queues.counts(name) for name in await self._shared.queues.queues()
            }
            sessions = len(await self._shared.sessions.sessions())
        except StorageError:
            return status
        return replace(status, queues=queues, sessions=sessions)
