"""Channels on a board."""

from __future__ import annotations

import math
import secrets
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from ....domain.memory.coordination import Message
from ....domain.ports.event_channel import EventChannel
from ..json_values import checked_key
from . import messages
from .board import Board
from .packing import packed, unpacked, written

KEPT = 1000
"""Messages of a channel, for those who are slow."""
AT_ONCE = 100
NOBODY = (b"", b"0")
"""When a channel was born that nobody has published on, and the number of its last message."""


class BoardEventChannel(EventChannel):
    """The board keeps the last messages by number; a subscriber knows the number that it has come to."""

    def __init__(self, board: Board, kept: int = KEPT) -> None:
        self._board = board
        self._kept = kept

    async def publish(self, channel: str, value: object) -> None:
        """Send it to all who have subscribed."""
        writing, born = written(channel, value), secrets.token_hex(8).encode()
        arguments = (writing.key, born, self._kept, packed(writing))
        await self._board.ask(messages.PUBLISH, *arguments, wakes=_topic(channel))

    async def subscribe(self, channel: str) -> AsyncIterator[Message]:
        """Everything from now on."""
        answer = await self._board.ask(messages.AFTER, checked_key(channel), 0, 0)
        born, head = answer[:2] or NOBODY
        return _Subscription(self._board, channel, born, int(head))


class _Subscription(AsyncIterator[Message]):
    """Everything on `channel` after `number`, as long as it is numbered as it was when it was `born`."""

    def __init__(self, board: Board, channel: str, born: bytes, number: int) -> None:
        self._board = board
        self._channel = channel
        self._born = born
        self._number = number
        self._lost = False
        self._ready = deque[Message]()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """The next one. Raises StorageError when the board is away; asked again, it goes on."""
        while not self._ready:
            await self._board.until(_topic(self._channel), self._fetched, math.inf)
        return self._ready.popleft()

    async def _fetched(self) -> bool | None:
        """True when there is something new."""
        name = checked_key(self._channel)
        answer = await self._board.ask(messages.AFTER, name, self._number, AT_ONCE)
        born, _ = answer[:2] or NOBODY
        if born != self._born:
            # From a channel that was not there yet to one that is, nothing is lost.
            self._lost, self._number, self._born = bool(self._born) or self._lost, 0, born
            answer = await self._board.ask(messages.AFTER, name, 0, AT_ONCE)
        for number, lying in zip(answer[2::2], answer[3::2], strict=True):
            self._add(name, int(float(number)), lying)
        return True if self._ready else None

    def _add(self, name: bytes, number: int, lying: bytes) -> None:
        if number <= self._number:  # another task that reads the same subscription was faster
            return
        if (writing := unpacked(name, lying)) is None:
            return
        missed = None if self._lost else number - self._number - 1
        self._ready.append(Message(channel=self._channel, value=writing.data(), missed=missed))
        self._number, self._lost = number, False


def _topic(channel: str) -> str:
    return f"messages:{channel}"
