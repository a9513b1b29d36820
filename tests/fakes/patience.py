"""Waiting for something that other tasks of the loop bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TURNS = 10_000


async def until(ready: Callable[[], object]) -> None:
    """Let the loop turn until `ready`; fails when that does not come about."""
    for _ in range(TURNS):
        if ready():
            return
        await asyncio.sleep(0)
    raise AssertionError("what was waited for did not happen")
