"""Power cuts: stores are recorded at work, and opened as a cut at this or that moment would leave them."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .disk import Disk, Event, Synced, Told, lay
from .recording import Trace

SECTORS = (512, 4096)
QUICK = Path("/dev/shm")
"""What is looked at after a cut is read once and thrown away: where there is such a place, no disk waits for it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Stores at work in a folder, and what is found in it afterwards: each thing's value, and what is not whole."""

    recorded: Callable[[Path], AbstractContextManager[Trace]]
    work: Callable[[Path, Trace, random.Random], Coroutine[Any, Any, None]]
    found: Callable[[Path], Coroutine[Any, Any, tuple[Mapping[str, object], Sequence[str]]]]


def power_cuts(
    scene: Scene, folder: Path, cuts: int, seed: int, *, lying: bool = False
) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is broken, over so many cuts of one recording; a `lying` disk keeps no promise."""
    chance = random.Random(seed)
    root = folder / "recorded"
    root.mkdir(parents=True)
    with scene.recorded(root.resolve()) as trace:
        asyncio.run(scene.work(root.resolve(), trace, chance))
    events, wrong, disk, allowed = list(trace.events), list[str](), Disk(), Allowed()
    moments = _moments(events, cuts, chance)
    for number, event in enumerate([*events, None]):
        for _ in range(moments.get(number, 0)):
            files = disk.after_power_cut(chance, chance.choice(SECTORS))
            wrong += [f"cut before event {number}: {line}" for line in _judged(scene, files, allowed)]
        if isinstance(event, Told):
            allowed.take(event)
        elif event is not None and not (lying and isinstance(event, Synced)):
            disk.take(event)
    told = sum(isinstance(event, Told) and event.word == "told" for event in events)
    numbers: list[tuple[str, object]] = [
        ("writes, syncs and names recorded", f"{len(events):,}"),
        ("of them syncs", sum(isinstance(event, Synced) for event in events)),
        ("changes acknowledged", f"{told:,}"),
        ("power cuts", sum(moments.values())),
    ]
    return numbers, wrong


class Allowed:
    """What each thing may be: the last that was acknowledged, or what was asked for since."""

    def __init__(self) -> None:
        self._values: dict[str, list[object]] = {}

    def take(self, event: Told) -> None:
        """One more word."""
        if event.word == "told":
            self._values[event.thing] = [event.value]
        else:
            self._values.setdefault(event.thing, [None]).append(event.value)

    def broken(self, found: Mapping[str, object], only: Sequence[str] = ()) -> list[str]:
        """Things that are lost, and things that nobody asked for; of all there are, or of those alone."""
        wrong = []
        for thing in only or sorted({*self._values, *found}):
            values, value = self._values.get(thing, [None]), found.get(thing)
            if value not in values:
                wrong.append(f"{thing} is {_short(value)} instead of {' or '.join(map(_short, values))}")
        return wrong


def _moments(events: Sequence[Event], cuts: int, chance: random.Random) -> dict[int, int]:
    """How often to cut before which event: around every sync as far as there are so many cuts, then anywhere."""
    around = [
        place
        for number, event in enumerate(events)
        if isinstance(event, Synced)
        for place in (number, number + 1)
    ]
    chosen = chance.sample(around, min(len(around), cuts * 2 // 3))
    chosen += [chance.randrange(len(events) + 1) for _ in range(cuts - len(chosen))]
    return {number: chosen.count(number) for number in chosen}


def _judged(scene: Scene, files: Mapping[str, bytes], allowed: Allowed) -> list[str]:
    place = Path(tempfile.mkdtemp(prefix="muster-cut-", dir=QUICK if QUICK.is_dir() else None))
    try:
        lay(files, place)
        found, wrong = asyncio.run(scene.found(place))
        return [*wrong, *allowed.broken(found)]
    except Exception as error:  # noqa: BLE001 - whatever it is: the store must open
        return [f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(place)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:50]}… ({len(text)})"
