"""Ending processes that were started here, with whatever they started."""

from __future__ import annotations

import asyncio
import os
import signal

CHUNK = 1 << 16


def kill_group(pid: int) -> None:
    """End a program and whatever it started in its group; its session was made by us, so the group is ours."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


async def collect(process: asyncio.subprocess.Process, patience: float) -> None:
    """Wait, at most `patience` seconds, for the end of a killed program.

    asyncio sees it only once both pipes are read to their end; one that a stranger still holds is given up.
    """
    try:
        async with asyncio.timeout(patience):
            for stream in (process.stdout, process.stderr):
                while stream is not None and await stream.read(CHUNK):
                    pass
            await process.wait()
    except TimeoutError:
        return
