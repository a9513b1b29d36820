"""Many processes with many threads each, on one memory: keys of their own, and one that all of them write."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.processes import finish, python

SHARED = "shared"
LENGTH = 40
"""Numbers in each value, all of them the same: one that is torn shows two."""
# Each thread has an event loop of its own, as hosts have them. What was read wrong is printed.
MEMBER = """
import asyncio, sys, threading
from tests.chaos.crowd import LENGTH, SHARED, opened

kind, place, name, threads, rounds = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
store = opened(kind, place)
gate = threading.Barrier(threads)

async def work(thread):
    mine = f"{name}-{thread}"
    for number in range(rounds):
        assert await store.store(f"own/{mine}/{number}", [mine] * LENGTH)
        assert await store.store(SHARED, [mine] * LENGTH)
        if await store.retrieve(f"own/{mine}/{number}") != [mine] * LENGTH:
            print("missing", mine, number, flush=True)
        seen = await store.retrieve(SHARED)
        if seen is None or len(set(seen)) != 1 or len(seen) != LENGTH:
            print("torn", mine, number, flush=True)

def run(thread):
    gate.wait()
    asyncio.run(work(thread))

crowd = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
for one in crowd:
    one.start()
for one in crowd:
    one.join()
if hasattr(store, "close"):
    store.close()
"""


def opened(kind: str, place: str) -> LongTermStore:
    """A store of this kind, in a file or a folder at `place`."""
    return SqliteLongTermStore(Path(place)) if kind == "sqlite" else JsonFilesLongTermStore(Path(place))


def crowd(
    folder: Path, kind: str, processes: int, threads: int, rounds: int
) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is lost, torn or missing."""
    folder.mkdir(parents=True, exist_ok=True)
    place, started = str(folder / "memory"), time.monotonic()
    members = [python(MEMBER, kind, place, str(name), str(threads), str(rounds)) for name in range(processes)]
    said = [line for output in finish(*members, patience=600) for line in output.splitlines()]
    seconds = time.monotonic() - started
    lost = asyncio.run(_lost(opened(kind, place), processes, threads, rounds))
    found = Counter(line.split()[0] for line in said)
    numbers: list[tuple[str, object]] = [
        ("processes and threads of each", f"{processes} x {threads}"),
        ("writes acknowledged", f"{2 * processes * threads * rounds:,}"),
        ("reads of one's own that found nothing", found["missing"]),
        ("reads of the shared one that were torn", found["torn"]),
        ("entries lost", len(lost)),
        ("seconds, with the starts of the processes", f"{seconds:.1f}"),
    ]
    return numbers, [*said, *(f"{key} was acknowledged and is lost" for key in lost)]


async def _lost(store: LongTermStore, processes: int, threads: int, rounds: int) -> list[str]:
    names = [f"{one}-{thread}" for one in range(processes) for thread in range(threads)]
    wanted = {f"own/{name}/{number}": [name] * LENGTH for name in names for number in range(rounds)}
    lost = [key for key, value in wanted.items() if await store.retrieve(key) != value]
    extra = set(await store.list_keys()) ^ {SHARED, *wanted}
    shared = await store.retrieve(SHARED)
    whole = (
        isinstance(shared, list) and len(set(shared)) == 1 and len(shared) == LENGTH and shared[0] in names
    )
    verified = await store.verify()
    if isinstance(store, SqliteLongTermStore):
        store.close()
    return [*lost, *extra, *(() if whole else (SHARED,)), *verified.damaged]
