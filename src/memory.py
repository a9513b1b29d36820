"""Memory for other programs: two tiers, opened in one line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .application.memory.named_queue import NamedQueue
from .application.memory.tiered import TieredMemory
from .domain.memory.coordination import Message
from .domain.ports.sessions import Sessions
from .domain.ports.signals import Signals
from .domain.security.principal import Principal, Role

EVERY_SECONDS = 1.0
"""Between two looks for entries whose time has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """Where memory is kept, and what its user may do.

    `data_dir` holds files and keys; None is the folder that the settings name. With a `redis_url` the short-term
    tier is in Redis, shared by all who name the same one. `backend` is sqlite, one file, or json, a folder of files
    that people can read; None is what the settings say. `role` is observer, contributor, validator or steward.
    `projects` are those that the user is a member of, `granted` the keys of others' entries that they may read.
    """

    data_dir: str | Path | None = None
    redis_url: str | None = None
    backend: str | None = None
    role: str = "contributor"
    projects: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()

    def settings(self) -> Mapping[str, object]:
        """The settings that this says something about."""
        said = {
            "data_dir": None if self.data_dir is None else str(self.data_dir),
            "redis_url": self.redis_url,
            "memory": self.backend,
        }
        return {name: value for name, value in said.items() if value is not None}


class UnifiedMemory(TieredMemory):
    """What `user_id` remembers, on the stores that are configured; survives restarts of this process and of Redis.

    Whatever enters is scanned for personal data and secrets, what is SENSITIVE is encrypted, what belongs to others is
    refused, and the audit log tells of it.

        async with UnifiedMemory("ann") as memory:
            await memory.store("build/last", {"ok": True})
            await memory.persist_pattern("Wait for Retry-After", "lesson")

    Within the block, entries that were stashed for promotion are promoted as their time comes; outside of it `sweep`
    does so. Raises ValueError for a blank user or an unknown role, ConfigurationError for settings that are wrong.
    """

    def __init__(self, user_id: str, config: MemoryConfig | None = None) -> None:
        from .container import open_container

        if not user_id.strip():
            raise ValueError(f"user_id {user_id!r} is blank; say whose memory it is")
        config = config or MemoryConfig()
        me = Principal(user=user_id, role=Role(config.role), projects=config.projects, granted=config.granted)
        self._container = open_container(".", config.settings(), adapters={"principal": me})
        super().__init__(self._container.tiers(), self._container.ids(), me)
        self._sweeping: asyncio.Task[None] | None = None

    async def sweep(self) -> tuple[str, ...]:
        """Promote what is due; returns the keys. Raises StorageError when a store is away."""
        return await self._container.sweeper().sweep()

    def queue(self, name: str) -> NamedQueue:
        """The tasks that wait under `name`, for all who share this short-term tier."""
        return NamedQueue(self._container.coordination().queues, name)

    @property
    def signals(self) -> Signals:
        """Signals that somebody sets and others wait for."""
        return self._container.coordination().signals

    @property
    def sessions(self) -> Sessions:
        """Sessions, in which several work together."""
        return self._container.coordination().sessions

    async def publish(self, channel: str, value: object) -> None:
        """Send `value` to all who have subscribed to `channel`. Raises StorageError when the tier is away."""
        await self._container.coordination().events.publish(channel, value)

    async def subscribe(self, channel: str) -> AsyncIterator[Message]:
        """Everything that is published on `channel` from now on: `async for message in await subscribe(…)`."""
        return await self._container.coordination().events.subscribe(channel)

    def close(self) -> None:
        """Let go of the files; what was acknowledged is on the disk already."""
        from .container import close_container

        close_container(self._container)

    async def __aenter__(self) -> Self:
        """Itself, with promotion going on beside it."""
        self._sweeping = asyncio.create_task(self._container.sweeper().run(EVERY_SECONDS))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it; a promotion under way is finished or waits for the next time."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        self.close()
