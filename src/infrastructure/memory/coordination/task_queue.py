"""Queues on a board."""

from __future__ import annotations

import secrets

from ....domain.memory.coordination import Lease, QueueCounts
from ....domain.memory.lifetime import Lifetime
from ....domain.ports.task_queue import TaskQueue
from ..json_values import checked_key
from . import tasks
from .board import Board, checked_wait, micros
from .packing import packed, unpacked, written


class BoardTaskQueue(TaskQueue):
    """A task that lies damaged on the board is logged and taken off it: nobody could do it."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def push(self, queue: str, task: object, ttl_seconds: float | None = None) -> str:
        """Put it at the end."""
        writing = written(queue, task)
        lifetime = micros(Lifetime.QUEUE if ttl_seconds is None else ttl_seconds, "ttl_seconds")
        arguments = (writing.key, writing.version.encode(), lifetime, packed(writing))
        await self._board.ask(tasks.PUSH, *arguments, wakes=_topic(queue))
        return writing.version

    async def take(self, queue: str, lease_seconds: float = 60.0, wait_seconds: float = 0.0) -> Lease | None:
        """The oldest that nobody has."""
        name, lease = checked_key(queue), micros(lease_seconds, "lease_seconds")

        async def attempt() -> Lease | None:
            return await self._taken(queue, name, lease)

        return await self._board.until(_topic(queue), attempt, checked_wait(wait_seconds))

    async def extend(self, lease: Lease, seconds: float = 60.0) -> bool:
        """Keep it for so long from now."""
        return bool(await self._board.ask(tasks.EXTEND, *_taking(lease), micros(seconds, "seconds")))

    async def done(self, lease: Lease) -> bool:
        """Take it out of the queue."""
        return bool(await self._board.ask(tasks.DONE, *_taking(lease)))

    async def give_back(self, lease: Lease) -> bool:
        """Let the next one have it."""
        return bool(await self._board.ask(tasks.GIVE_BACK, *_taking(lease), wakes=_topic(lease.queue)))

    async def counts(self, queue: str) -> QueueCounts:
        """Waiting and under way."""
        waiting, under_way = await self._board.ask(tasks.COUNTS, checked_key(queue))
        return QueueCounts(waiting=int(waiting), under_way=int(under_way))

    async def queues(self) -> tuple[str, ...]:
        """Those that hold a task."""
        return tuple(sorted(name.decode(errors="replace") for name in await self._board.ask(tasks.QUEUES)))

    async def _taken(self, queue: str, name: bytes, lease: int) -> Lease | None:
        ticket = secrets.token_hex(16)
        while answer := await self._board.ask(tasks.TAKE, name, ticket.encode(), lease):
            task, lying, attempts = answer
            if (writing := unpacked(name, lying)) is not None:
                return Lease(
                    queue=queue, id=task.decode(), value=writing.data(), attempt=int(attempts), ticket=ticket
                )
            await self._board.ask(tasks.DONE, task, ticket.encode())
        return None


def _taking(lease: Lease) -> tuple[bytes, bytes]:
    return lease.id.encode(), lease.ticket.encode()


def _topic(queue: str) -> str:
    return f"tasks:{queue}"
