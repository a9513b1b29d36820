"""One connection that hears what is published for all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn, Protocol

from .bells import Bells

QUIET_SECONDS = 5.0
"""After so long without a word the server is asked whether it is there."""
AGAIN_SECONDS = 0.2


class _Ear(Protocol):
    """A connection that is told what is published, as far as it is used here."""

    async def subscribe(self, channel: str) -> object: ...
    async def get_message(self, *, timeout: float) -> dict[str, Any] | None: ...
    async def ping(self) -> object: ...


async def listen(
    opened: Callable[[], AbstractAsyncContextManager[_Ear]],
    failures: tuple[type[Exception], ...],
    channel: str,
    bells: Bells,
) -> NoReturn:
    """Ring the bell of each topic that is published on `channel`, until cancelled.

    All are rung when the server goes away, so that they find out, and when it is back: what was published meanwhile
    was not heard.
    """
    while True:
        try:
            async with opened() as ear:
                await ear.subscribe(channel)
                bells.ring()
                await _hear(ear, bells)
        except failures:
            bells.ring()
            await asyncio.sleep(AGAIN_SECONDS)


async def _hear(ear: _Ear, bells: Bells) -> NoReturn:
    asked = False
    while True:
        heard = await ear.get_message(timeout=QUIET_SECONDS)
        if heard is None:
            if asked:
                raise ConnectionError("no word from the server")
            await ear.ping()
            asked = True
            continue
        asked = False
        if heard["type"] == "message":
            bells.ring(heard["data"].decode(errors="replace"))
