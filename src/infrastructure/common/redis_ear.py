"""One connection that hears what is published for all who wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

from .bells import Bells

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

QUIET_SECONDS = 5.0
"""After so long without a word the server is asked whether it is there."""
AGAIN_SECONDS = 0.2


async def listen(redis: Redis, channel: str, bells: Bells) -> NoReturn:
    """Ring the bell of each topic that is published on `channel`, until cancelled.

    All are rung when the server goes away, so that they find out, and when it is back: what was published meanwhile
    was not heard.
    """
    from redis.exceptions import RedisError

    while True:
        try:
            async with redis.pubsub() as ear:
                await ear.subscribe(channel)
                bells.ring()
                await _hear(ear, bells)
        except (RedisError, OSError):
            bells.ring()
            await asyncio.sleep(AGAIN_SECONDS)


async def _hear(ear: PubSub, bells: Bells) -> NoReturn:
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
