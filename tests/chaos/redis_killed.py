"""A Redis server that is killed and started again while memory is written: what was acknowledged is in one tier."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from muster import MemoryConfig, UnifiedMemory
from muster.domain.errors import StorageError
from tests.fakes.redis_server import RedisServer, redis_server

WRITERS = 4
SHORTLY = 0.3
"""Seconds after which a stashed entry is due."""


def killed_redis(folder: Path, kills: int, seed: int) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is broken; the server keeps each change on disk before it answers."""
    with redis_server(durable=True) as server:
        return asyncio.run(_story(folder, server, kills, random.Random(seed)))


async def _story(
    folder: Path, server: RedisServer, kills: int, chance: random.Random
) -> tuple[list[tuple[str, object]], list[str]]:
    told: list[str] = []
    refused: list[str] = []
    config = MemoryConfig(data_dir=folder / "data", redis_url=server.url)
    async with UnifiedMemory("ann", config) as memory:
        writers = [asyncio.create_task(_write(memory, f"{one}", told, refused)) for one in range(WRITERS)]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            server.kill()
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.5)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        lost = [key for key in told if await memory.retrieve(key) != [key]]
        await asyncio.sleep(SHORTLY)
        while await memory.sweep():
            pass
        gone = [key for key in told if await memory.retrieve(key) != [key]]
        status = await memory.get_backend_status()
        left, kept = status.short_term.entries, status.long_term.entries
    numbers: list[tuple[str, object]] = [
        ("servers killed", kills),
        ("entries acknowledged", f"{len(told):,}"),
        ("refused while it was away", len(refused)),
        ("promoted", kept),
        ("in neither tier", len({*lost, *gone})),
    ]
    wrong = [f"{key} was acknowledged and is in neither tier" for key in {*lost, *gone}]
    wrong += [f"{left} entries were never promoted"] if left else []
    wrong += [] if told and refused else ["nothing was acknowledged, or nothing refused"]
    return numbers, wrong


async def _write(memory: UnifiedMemory, name: str, told: list[str], refused: list[str]) -> None:
    number = 0
    while True:
        number += 1
        key = f"due/{name}/{number}"
        try:
            if await memory.stash(key, [key], SHORTLY, promote_on_expiry=True):
                told.append(key)
            await asyncio.sleep(0.005)
        except StorageError:
            refused.append(key)
            await asyncio.sleep(0.01)
