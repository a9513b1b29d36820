"""Starts the provider and the driver, kills the driver at random moments, and looks at what is left."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.fakes.processes import ROOT

from .books import ASKED, Snapshot, take
from .driver import DATA, OUTCOME, PROJECT, Ended
from .team import AGENTS

ROUNDS = 3
SETTLING = 0.3
"""Seconds after a kill in which the server reads what was on its way."""
PATIENCE = 120.0
"""Seconds in which something must have happened: a busy machine is slow, but it never stands still."""
LONGEST = 10 * PATIENCE
"""Seconds after which a part of the test is given up, whatever happens."""


class ChaosError(Exception):
    """The test itself could not go on: nothing is known about what it tests."""


@dataclass(frozen=True)
class Story:
    """What was seen at each kill and at the end, and what the last driver told."""

    kills: tuple[Snapshot, ...]
    end: Snapshot
    told: tuple[Ended, ...]
    moments: tuple[str, ...]
    ledger: Decimal = Decimal(0)


def environment(folder: Path) -> dict[str, str]:
    """Nothing of this user's settings; compiled code is kept, so that later drivers start faster."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(folder)}


def lay_out(folder: Path) -> None:
    """A project with one file, and a place for data."""
    (folder / PROJECT).mkdir(parents=True, exist_ok=True)
    (folder / PROJECT / "app.py").write_text("x = 1\n")
    (folder / DATA).mkdir(exist_ok=True)


@contextmanager
def provider(folder: Path, seed: int) -> Iterator[str]:
    """The provider in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "tests.chaos.provider", str(folder / ASKED), "--seed", str(seed)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise ChaosError("the provider did not start")
            yield url
        finally:
            process.kill()


@contextmanager
def driver(folder: Path, url: str, runs: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A driver at work; ended with the block, if it is still there."""
    command = [sys.executable, "-m", "tests.chaos.driver", str(folder), url, str(runs), *options]
    with (folder / "driver.log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(folder), stderr=log, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def story(folder: Path, runs: int, kills: int, seed: int, *options: str) -> Story:
    """Run everything through `kills` kills to its end."""
    lay_out(folder)
    chance = random.Random(seed)
    seen: list[Snapshot] = []
    moments: list[str] = []
    with provider(folder, seed) as url:
        for number in range(kills):
            calls, pause = _moment(chance, number, kills, runs), chance.uniform(0, 0.1)
            kill(folder, url, runs, calls, pause, *options)
            seen.append(take(folder, folder / f"kill-{number + 1}"))
            moments.append(f"after call {calls} and {pause * 1000:.0f} ms")
        told, ledger = to_the_end(folder, url, runs, *options)
    return Story(tuple(seen), take(folder, folder / "end"), told, tuple(moments), ledger)


def kill(folder: Path, url: str, runs: int, calls: int, pause: float, *options: str) -> None:
    """Start a driver, and kill it some seconds after the server has seen so many calls."""
    with driver(folder, url, runs, *options) as process:
        _await_calls(folder, process, calls)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    time.sleep(SETTLING)


def to_the_end(folder: Path, url: str, runs: int, *options: str) -> tuple[tuple[Ended, ...], Decimal]:
    """Drive whatever is open until nothing is; what the driver told, and what its ledger has."""
    (folder / OUTCOME).unlink(missing_ok=True)
    with driver(folder, url, runs, *options) as process:
        watch = _Watch(folder)
        while (code := process.poll()) is None:
            watch.look()
            time.sleep(0.05)
    if code:
        raise ChaosError(f"the driver ended with {code}: {_said(folder)}")
    outcome = json.loads((folder / OUTCOME).read_text())
    told = tuple(Ended(**{**one, "agents": tuple(one["agents"])}) for one in outcome["runs"])
    return told, Decimal(outcome["ledger"])


def _moment(chance: random.Random, number: int, kills: int, runs: int) -> int:
    """A number of calls that the server has seen: somewhere in the share of the work that is this kill's."""
    calls = runs * len(AGENTS) * ROUNDS
    share = calls / (kills + 0.5)
    return max(1, int(share * (number + chance.uniform(0.1, 1.0))))


def _await_calls(folder: Path, process: subprocess.Popen[str], calls: int) -> None:
    """Wait until the server has seen so many calls."""
    path, watch = folder / ASKED, _Watch(folder)
    while not path.exists() or path.read_bytes().count(b"\n") < calls:
        if process.poll() is not None:
            raise ChaosError(f"the driver was done before call {calls}: {_said(folder)}")
        watch.look()
        time.sleep(0.002)


class _Watch:
    """Sees whether the driver gets on, by what the provider is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked = 0
        self._began = self._moved = time.monotonic()

    def look(self) -> None:
        """Raise ChaosError when nothing is asked for too long, or all of it takes too long."""
        path, now = self._folder / ASKED, time.monotonic()
        asked = path.stat().st_size if path.exists() else 0
        if asked != self._asked:
            self._asked, self._moved = asked, now
        if now - self._moved > PATIENCE:
            raise ChaosError(f"nothing was asked for {PATIENCE:.0f} s: {_said(self._folder)}")
        if now - self._began > LONGEST:
            raise ChaosError(f"runs have not ended after {LONGEST:.0f} s: {_said(self._folder)}")


def _said(folder: Path) -> str:
    """The last words of a driver, and what became of its first run."""
    told = (folder / OUTCOME).read_text()[:500] if (folder / OUTCOME).exists() else ""
    return (folder / "driver.log").read_text()[-2000:] + told
