"""Signals on a board."""

from __future__ import annotations

from ....domain.memory.coordination import Signal
from ....domain.memory.lifetime import Lifetime
from ....domain.ports.signals import Signals
from ..json_values import checked_key
from . import states
from .board import Board, checked_wait, micros
from .packing import packed, unpacked, written


class BoardSignals(Signals):
    """A signal that lies damaged on the board is logged and is not set."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def set(self, name: str, value: object = True, ttl_seconds: float | None = None) -> None:
        """Set it for a while."""
        writing = written(name, value)
        lifetime = micros(Lifetime.COORDINATION if ttl_seconds is None else ttl_seconds, "ttl_seconds")
        await self._board.ask(states.SET, writing.key, lifetime, packed(writing), wakes=_topic(name))

    async def wait(self, name: str, wait_seconds: float) -> Signal | None:
        """The signal, as soon as it is set."""
        key = checked_key(name)

        async def attempt() -> Signal | None:
            answer = await self._board.ask(states.GET, key)
            writing = unpacked(key, answer[0]) if answer else None
            return None if writing is None else Signal(name=name, value=writing.data())

        return await self._board.until(_topic(name), attempt, checked_wait(wait_seconds))

    async def clear(self, name: str) -> bool:
        """Take it back."""
        return bool(await self._board.ask(states.CLEAR, checked_key(name)))


def _topic(name: str) -> str:
    return f"signal:{name}"
