"""Port: tasks that wait for somebody to do them."""

from __future__ import annotations

from typing import Protocol

from ..memory.coordination import Lease, QueueCounts


class TaskQueue(Protocol):
    """Queues by name, each first in, first out; several processes may share them.

    A task is with one taker at a time. Who has taken it and is not heard of again before the lease is over loses it to
    the next, and what it says about it then is refused: of all takers of a task, one is told that it has done it.
    Every method raises StorageError within seconds when what keeps the queues is away; when it is back, they go on.
    """

    async def push(self, queue: str, task: object, ttl_seconds: float | None = None) -> str:
        """Put `task` at the end; returns its id. Who has not done it in that time (`Lifetime.QUEUE`) loses it.

        Raises ValueError for a blank name and for a time that is not above zero, TypeError for what is not JSON.
        """
        ...

    async def take(self, queue: str, lease_seconds: float = 60.0, wait_seconds: float = 0.0) -> Lease | None:
        """The oldest task that nobody has, for so long; None when within `wait_seconds` there was none.

        A caller that is cancelled meanwhile may have taken one all the same: it is given again after the lease.
        Raises ValueError for times that are none.
        """
        ...

    async def extend(self, lease: Lease, seconds: float = 60.0) -> bool:
        """Keep it for so long from now; False when it has gone to another, was given back, or is over."""
        ...

    async def done(self, lease: Lease) -> bool:
        """Take it out of the queue; False when it has gone to another, was given back, or is over."""
        ...

    async def give_back(self, lease: Lease) -> bool:
        """Let the next one have it, before all that were pushed later; False as for `done`."""
        ...

    async def counts(self, queue: str) -> QueueCounts:
        """How many tasks wait, and how many are under way."""
        ...

    async def queues(self) -> tuple[str, ...]:
        """The names of all queues that hold a task, sorted."""
        ...
