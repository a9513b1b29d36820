"""The board that queues, signals, sessions and channels are kept on."""

from __future__ import annotations

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import apsw

from ...common.bells import Bells

T = TypeVar("T")
Answer = list[bytes]
MICROS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that happens on a board as a whole: said in SQL for a file, in Lua for a server.

    Both mean the same. `sql` is called with the connection, the present in microseconds and the arguments; `lua` finds
    them in ARGV from 3 on. With `if_any`, who asks in vain takes no lock of a file: it says whether there is anything.
    """

    sql: Callable[..., Answer]
    lua: str
    changes: bool = True
    if_any: Callable[..., bool] | None = None


class Board(ABC):
    """Does operations, and wakes those who wait for what one of them brought about."""

    longest_pause: float
    """Seconds after which who waits looks by itself, though nobody has woken it."""

    def __init__(self) -> None:
        self._bells = Bells()

    @abstractmethod
    async def ask(self, operation: Operation, *arguments: bytes | int, wakes: str = "") -> Answer:
        """Do `operation`, and wake whoever waits for that topic."""

    async def until(self, topic: str, attempt: Callable[[], Awaitable[T | None]], seconds: float) -> T | None:
        """The first result of `attempt` that is one, or None after so long; it is made at least once.

        It is made anew when somebody wakes `topic`, and after pauses that begin short and grow.
        """
        deadline, pause = time.monotonic() + seconds, self.longest_pause / 16
        with self._bells.heard(topic) as bell:
            while True:
                bell.clear()  # before the look, or what comes after it would not be heard
                found = await attempt()
                left = deadline - time.monotonic()
                if found is not None or left <= 0:
                    return found
                self._listen()
                await _rung(bell, min(left, pause))
                pause = min(2 * pause, self.longest_pause)

    @abstractmethod
    def _listen(self) -> None:
        """Hear of what others do, too, where that is possible."""


async def _rung(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return


def micros(seconds: float, name: str) -> int:
    """A time to keep something for; raises ValueError that names the parameter when it is none."""
    if not 0 < seconds < math.inf:
        raise ValueError(f"{name} of {seconds!r} is no time; give a number of seconds above 0")
    return max(1, round(seconds * MICROS))


def checked_wait(seconds: float) -> float:
    """A time to wait at most; raises ValueError when it is none."""
    if not seconds >= 0:
        raise ValueError(f"wait_seconds of {seconds!r} is no time; give a number of seconds from 0 up")
    return seconds


def rows(cursor: apsw.Cursor) -> Answer:
    """All columns of all rows, one after the other."""
    return [_part(column) for row in cursor for column in row]


def _part(column: object) -> bytes:
    return column if isinstance(column, bytes) else str(column).encode()
