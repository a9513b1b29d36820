"""What those who work side by side share, scanned."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...domain.memory.coordination import Lease, Message, QueueCounts, Signal
from ...domain.ports.event_channel import EventChannel
from ...domain.ports.sessions import Sessions
from ...domain.ports.signals import Signals
from ...domain.ports.task_queue import TaskQueue
from .scan import MemoryScan


@dataclass(frozen=True, slots=True)
class Coordination:
    """Queues, signals, sessions and channels in their wrappers."""

    queues: TaskQueue
    signals: Signals
    sessions: Sessions
    events: EventChannel


def scanned(bare: Coordination, scan: MemoryScan) -> Coordination:
    """`bare`, entered by nothing that holds personal data or secrets; names that do are refused with InvalidKey."""
    return Coordination(
        ScannedTaskQueue(bare.queues, scan),
        ScannedSignals(bare.signals, scan),
        ScannedSessions(bare.sessions, scan),
        ScannedEventChannel(bare.events, scan),
    )


class ScannedTaskQueue(TaskQueue):
    """Tasks are kept without personal data and secrets."""

    def __init__(self, inner: TaskQueue, scan: MemoryScan) -> None:
        self._inner = inner
        self._scan = scan

    async def push(self, queue: str, task: object, ttl_seconds: float | None = None) -> str:
        """Put what is left of `task` after the scan at the end."""
        cleaned, _ = await self._scan.entering({queue: task})
        return await self._inner.push(queue, cleaned[queue], ttl_seconds)

    async def take(self, queue: str, lease_seconds: float = 60.0, wait_seconds: float = 0.0) -> Lease | None:
        """The oldest that nobody has."""
        return await self._inner.take(queue, lease_seconds, wait_seconds)

    async def extend(self, lease: Lease, seconds: float = 60.0) -> bool:
        """Keep it for so long from now."""
        return await self._inner.extend(lease, seconds)

    async def done(self, lease: Lease) -> bool:
        """Take it out of the queue."""
        return await self._inner.done(lease)

    async def give_back(self, lease: Lease) -> bool:
        """Let the next one have it."""
        return await self._inner.give_back(lease)

    async def counts(self, queue: str) -> QueueCounts:
        """Waiting and under way."""
        return await self._inner.counts(queue)

    async def queues(self) -> tuple[str, ...]:
        """Those that hold a task."""
        return await self._inner.queues()


class ScannedSignals(Signals):
    """Signals carry no personal data and no secrets."""

    def __init__(self, inner: Signals, scan: MemoryScan) -> None:
        self._inner = inner
        self._scan = scan

    async def set(self, name: str, value: object = True, ttl_seconds: float | None = None) -> None:
        """Set it with what is left of `value` after the scan."""
        cleaned, _ = await self._scan.entering({name: value})
        await self._inner.set(name, cleaned[name], ttl_seconds)

    async def wait(self, name: str, wait_seconds: float) -> Signal | None:
        """The signal, as soon as it is set."""
        return await self._inner.wait(name, wait_seconds)

    async def clear(self, name: str) -> bool:
        """Take it back."""
        return await self._inner.clear(name)


class ScannedSessions(Sessions):
    """What is shared is kept without personal data and secrets, under names that hold none."""

    def __init__(self, inner: Sessions, scan: MemoryScan) -> None:
        self._inner = inner
        self._scan = scan

    async def open(self, session: str, member: str, ttl_seconds: float | None = None) -> bool:
        """Become a member."""
        await self._scan.check_key(session)
        await self._scan.check_key(member)
        return await self._inner.open(session, member, ttl_seconds)

    async def heartbeat(self, session: str, member: str) -> bool:
        """Stay for as long again."""
        return await self._inner.heartbeat(session, member)

    async def members(self, session: str) -> tuple[str, ...]:
        """Who is in it."""
        return await self._inner.members(session)

    async def leave(self, session: str, member: str) -> bool:
        """Be a member no more."""
        return await self._inner.leave(session, member)

    async def put(self, session: str, name: str, value: object) -> bool:
        """Share what is left of `value` after the scan."""
        cleaned, _ = await self._scan.entering({name: value})
        return await self._inner.put(session, name, cleaned[name])

    async def state(self, session: str) -> dict[str, object]:
        """All that is shared."""
        return await self._inner.state(session)

    async def sessions(self) -> tuple[str, ...]:
        """All that have a member."""
        return await self._inner.sessions()


class ScannedEventChannel(EventChannel):
    """Messages carry no personal data and no secrets."""

    def __init__(self, inner: EventChannel, scan: MemoryScan) -> None:
        self._inner = inner
        self._scan = scan

    async def publish(self, channel: str, value: object) -> None:
        """Send what is left of `value` after the scan."""
        cleaned, _ = await self._scan.entering({channel: value})
        await self._inner.publish(channel, cleaned[channel])

    async def subscribe(self, channel: str) -> AsyncIterator[Message]:
        """Everything from now on."""
        return await self._inner.subscribe(channel)
