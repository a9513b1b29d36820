"""Waiting politely for services that are busy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(attempt: Callable[[], Awaitable[T | None]], tries: int = 4, pause: float = 0.2) -> T | None:
    """Repeat an attempt until it answers; the pause in seconds doubles after each miss."""
    for number in range(tries):
        answer = await attempt()
        if answer is not None:
            return answer
        await asyncio.sleep(pause * 2**number)
    return None
