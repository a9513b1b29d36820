"""One queue by its name."""

from __future__ import annotations

from ...domain.memory.coordination import Lease, QueueCounts
from ...domain.ports.task_queue import TaskQueue


class NamedQueue:
    """The queue `name` among all queues; see the port for what each method promises."""

    def __init__(self, queues: TaskQueue, name: str) -> None:
        self._queues = queues
        self.name = name

    async def push(self, task: object, ttl_seconds: float | None = None) -> str:
        """Put `task` at the end; returns its id."""
        return await self._queues.push(self.name, task, ttl_seconds)

    async def take(self, lease_seconds: float = 60.0, wait_seconds: float = 0.0) -> Lease | None:
        """The oldest task that nobody has; None when within `wait_seconds` there was none."""
        return await self._queues.take(self.name, lease_seconds, wait_seconds)

    async def extend(self, lease: Lease, seconds: float = 60.0) -> bool:
        """Keep it for so long from now; False when it is this taker's no more."""
        return await self._queues.extend(lease, seconds)

    async def done(self, lease: Lease) -> bool:
        """Take it out of the queue; False when it is this taker's no more."""
        return await self._queues.done(lease)

    async def give_back(self, lease: Lease) -> bool:
        """Let the next one have it; False when it is this taker's no more."""
        return await self._queues.give_back(lease)

    async def counts(self) -> QueueCounts:
        """How many tasks wait, and how many are under way."""
        return await self._queues.counts(self.name)
