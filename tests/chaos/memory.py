"""Memory whose process is killed while it writes and promotes: what was acknowledged, and where it is."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import apsw

from muster import MemoryConfig, UnifiedMemory
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from tests.fakes.processes import ROOT

WORKERS = 8
SHORTLY = 0.3
"""Seconds after which a stashed entry is due."""
# Written within the transaction of the store itself, so that no writing of an entry goes unnoticed.
WATCH = """
CREATE TABLE told (key BLOB);
CREATE TRIGGER told_new AFTER INSERT ON entries BEGIN INSERT INTO told VALUES (new.key); END;
CREATE TRIGGER told_again AFTER UPDATE OF value ON entries BEGIN INSERT INTO told VALUES (new.key); END;
"""
DRIVER = f"""
import asyncio, sys
from muster import MemoryConfig, UnifiedMemory

async def work(memory, name):
    number = 0
    while True:
        number += 1
        await memory.store(f"long/{{name}}/{{number}}", [name, number])
        print(f"long/{{name}}/{{number}}", flush=True)
        await memory.stash(f"short/{{name}}/{{number}}", [name, number], {SHORTLY}, True)
        print(f"short/{{name}}/{{number}}", flush=True)

async def main():
    async with UnifiedMemory("ann", MemoryConfig(data_dir=sys.argv[1], backend=sys.argv[3])) as memory:
        await asyncio.gather(*(work(memory, f"{{sys.argv[2]}}-{{one}}") for one in range({WORKERS})))

asyncio.run(main())
"""


def killed_memory(
    folder: Path, kills: int, seed: int, backend: str = "sqlite"
) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is broken, after so many processes that wrote one after another until they were killed.

    How often an entry was written is seen in a SQLite file only.
    """
    data, chance = folder / "data", random.Random(seed)
    asyncio.run(_prepare(data, backend))
    acknowledged: list[str] = []
    for life in range(kills):
        acknowledged += _live(data, life, chance.uniform(0.2, 1.2), backend)
    return asyncio.run(_judged(data, acknowledged, kills, backend))


async def _prepare(data: Path, backend: str) -> None:
    async with UnifiedMemory("ann", MemoryConfig(data_dir=data, backend=backend)) as memory:
        await memory.get_backend_status()
    if backend != "sqlite":
        return
    with contextlib.closing(apsw.Connection(str(data / "memory.db"))) as connection:
        connection.execute(WATCH)


def _live(data: Path, life: int, seconds: float, backend: str) -> list[str]:
    """What a process acknowledged before it was killed, so many seconds after its first word."""
    command = [sys.executable, "-c", DRIVER, str(data), str(life), backend]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        killer = _Later(process, seconds)
        told = [first, *process.stdout]
        killer.done()
    return [line.strip() for line in told if line.endswith("\n")]


class _Later:
    """Kills a process after some time; nobody reads slower because of it."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        self._timer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
        self._timer.start()

    def done(self) -> None:
        """Wait until it has happened."""
        self._timer.join()


async def _judged(
    data: Path, acknowledged: list[str], kills: int, backend: str
) -> tuple[list[tuple[str, object]], list[str]]:
    async with UnifiedMemory("ann", MemoryConfig(data_dir=data, backend=backend)) as memory:
        waiting = (await memory.get_backend_status()).short_term.entries
        lost = [key for key in acknowledged if await memory.retrieve(key) != _value(key)]
        deadline = time.monotonic() + 60
        while (await memory.get_backend_status()).short_term.entries and time.monotonic() < deadline:
            await memory.sweep()
        left = (await memory.get_backend_status()).short_term.entries
        gone = [key for key in acknowledged if await memory.retrieve(key) != _value(key)]
    written = (
        _written(data)
        if backend == "sqlite"
        else Counter(await JsonFilesLongTermStore(data / "memory").list_keys())
    )
    twice = [key for key, times in written.items() if times > 1]
    promoted = sum(key.startswith("short/") for key in written)
    numbers: list[tuple[str, object]] = [
        ("processes killed", kills),
        ("entries acknowledged", f"{len(acknowledged):,}"),
        ("waiting for promotion after the last kill", waiting),
        ("promoted", f"{promoted:,}"),
        ("in neither tier", len(lost) + len(gone)),
        ("written twice", len(twice)),
    ]
    wrong = [f"{key} was acknowledged and is in neither tier" for key in {*lost, *gone}]
    wrong += [f"{key} was written {written[key]} times" for key in twice]
    wrong += [f"{left} entries were never promoted"] if left else []
    wrong += [] if promoted and acknowledged else ["nothing was acknowledged, or nothing promoted"]
    return numbers, wrong


def _written(data: Path) -> Counter[str]:
    with contextlib.closing(apsw.Connection(str(data / "memory.db"))) as connection:
        return Counter(bytes(key).decode() for (key,) in connection.execute("SELECT key FROM told"))


def _value(key: str) -> list[object]:
    _, name, number = key.split("/")
    return [name, int(number)]
