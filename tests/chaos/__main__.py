"""python -m tests.chaos: kill runs and memory, fill a disk, let it fail, cut the power, damage a file, and count.
The last line says `chaos: ok`; otherwise what is broken, and the exit code is 1. CHAOS_SEED repeats a run of it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import get_args

from .controller import kill, lay_out, provider, story
from .crowd import crowd
from .damage import damaged_page, torn_log
from .drill import drilled
from .drills import DRILLS
from .failing import Kind
from .full import full_disk
from .guarding import DRILLS as GUARDS
from .guarding import killed_guards
from .laws import broken, counted
from .memory import killed_memory
from .power import power_cuts
from .redis_killed import killed_redis
from .scenes import FILES, FOLDER

SHOWN = 20
ENOUGH = 25
"""Runs that fill a small disk."""
LIVES = {"sqlite": 25, "json": 15}
"""Processes that write to memory until they are killed, by what keeps it."""
CROWD = {"sqlite": (8, 100, 3), "json": (8, 100, 1)}
"""Processes, threads in each, and what each of these writes: so often a key of its own, and one that all share."""
REDIS_KILLS = 10
GUARD_KILLS = 20
"""How often three processes that tell the audit log, and one that rotates keys, are killed together."""
CUTS = 2000
"""Power cuts in what is recorded of the stores at work."""


def main() -> int:
    """Everything in turn; the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--kills", type=int, default=3)
    options.add_argument(
        "--only", choices=("kills", "full", "damage", "memory", "power", "failing"), help="one part of it"
    )
    options.add_argument(
        "--forgetful", action="store_true", help="lose results on purpose: it must be noticed"
    )
    given = options.parse_args()
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
    started = time.monotonic()
    print(f"chaos: CHAOS_SEED={seed}", flush=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="muster-chaos-") as place:
        base, few = Path(place), max(4, given.runs // 8)
        if given.only in {None, "kills"}:
            wrong += kills(base / "kills", given.runs, given.kills, seed, given.forgetful)
        if given.only in {None, "full"}:
            wrong += told(f"full disk: {ENOUGH} runs", *full_disk(base / "full", ENOUGH, seed))
        if given.only in {None, "damage"}:
            wrong += damage(base, few, seed)
        if given.only in {None, "memory"}:
            wrong += memory(base, seed)
        if given.only in {None, "power"}:
            wrong += told(
                f"SQLite files, power cut: {CUTS} times", *power_cuts(FILES, base / "files", CUTS, seed)
            )
            wrong += told(
                f"JSON files, power cut: {CUTS} times", *power_cuts(FOLDER, base / "folder", CUTS, seed)
            )
        if given.only in {None, "failing"}:
            wrong += failing()
    print(f"chaos: {f'{len(wrong)} violations' if wrong else 'ok'} ({time.monotonic() - started:.0f} s)")
    return 1 if wrong else 0


def kills(folder: Path, runs: int, times: int, seed: int, forgetful: bool) -> list[str]:
    """Kill the driver at random moments; what is broken."""
    seen = story(folder, runs, times, seed, *(["--forgetful"] if forgetful else []))
    costs = sum((Decimal(one.cost) for one in seen.told), Decimal(0))
    numbers = [
        *((f"kill {number}", moment) for number, moment in enumerate(seen.moments, 1)),
        *counted(seen.kills, seen.end, seen.told),
        ("dollars, as the runs tell", costs),
        ("dollars, as the ledger has", seen.ledger),
    ]
    return told(f"kill -9: {runs} runs, {times} times", numbers, broken(seen.kills, seen.end, seen.told))


def damage(base: Path, runs: int, seed: int) -> list[str]:
    """Kill one driver, and damage what it left behind in two ways; what is broken."""
    folder = base / "victim"
    lay_out(folder)
    with provider(folder, seed) as url:
        kill(folder, url, runs, runs * 6, 0.05)
        wrong = told(f"log cut within a frame: {runs} runs", *torn_log(folder, base / "torn", seed))
        found = damaged_page(folder, base / "damaged", url, runs, seed)
        return wrong + told(f"last page damaged: {runs} runs", *found)


def memory(base: Path, seed: int) -> list[str]:
    """Kill who writes to memory, kill its server, and let many write at once; what is broken."""
    wrong: list[str] = []
    for backend, lives in LIVES.items():
        found = killed_memory(base / f"memory-{backend}", lives, seed, backend)
        wrong += told(f"memory in {backend}, kill -9: {lives} times", *found)
    for backend, size in CROWD.items():
        wrong += told(f"memory in {backend}, many at once", *crowd(base / f"crowd-{backend}", backend, *size))
    wrong += told(
        f"audit log and key ring, kill -9: {GUARD_KILLS} times",
        *killed_guards(base / "guards", GUARD_KILLS, seed),
    )
    if shutil.which("redis-server"):
        wrong += told(
            f"Redis, kill -9: {REDIS_KILLS} times", *killed_redis(base / "redis", REDIS_KILLS, seed)
        )
    else:
        print("Redis was not killed: redis-server is not installed", flush=True)
    return wrong


def failing() -> list[str]:
    """Let each call to the disk fail, and each with all that come after it; what is broken."""
    wrong: list[str] = []
    for name, drill in (DRILLS | GUARDS).items():
        for kind, lasting in product(get_args(Kind), (False, True)):
            title = f"{name}, disk {kind}{' for good' if lasting else ''} at the N-th call, for each N"
            wrong += told(title, *drilled(drill, kind, lasting=lasting))
    return wrong


def told(title: str, numbers: Sequence[tuple[str, object]], wrong: list[str]) -> list[str]:
    """Print a part's numbers, and what is broken."""
    print(f"\n{title}")
    for words, value in numbers:
        print(f"  {words:<44} {value!s:>28}")
    for line in wrong[:SHOWN]:
        print(f"  VIOLATED: {line}")
    if len(wrong) > SHOWN:
        print(f"  and {len(wrong) - SHOWN} more")
    sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
