"""What goes on in a run at this moment, so that one that only waits can be put aside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from ...domain.journal.record import Signal
from ...domain.orchestration.approvals import Wait

SETTLING = 20
"""Turns of the event loop after which a run that is quiet stays so: a step that ended may start the next one."""


class Lane:
    """One branch of a run: steps that are being made in it, and what it waits for."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self.working = 0
        self.waits: list[Wait] = []

    @contextmanager
    def work(self) -> Iterator[None]:
        """While something is being done."""
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._lanes.changed()

    async def wait(self, wait: Wait) -> Signal:
        """The signal that ends `wait`, whenever it comes."""
        self.waits.append(wait)
        self._lanes.changed()
        try:
            return await self._lanes.arrival(wait.name)
        finally:
            self.waits.remove(wait)

    @property
    def idle(self) -> bool:
        """Whether nothing happens here until something comes from outside that has not come yet."""
        return bool(self.waits) and not self.working and not any(map(self._lanes.has_come, self.waits))


class Lanes:
    """All branches of a run that are open, and the signals that have come for them."""

    def __init__(self) -> None:
        self._open: list[Lane] = []
        self._arrived: dict[str, Signal] = {}
        self._awaited: dict[str, list[asyncio.Future[Signal]]] = {}
        self._moved = asyncio.Event()

    @contextmanager
    def lane(self) -> Iterator[Lane]:
        """Open a branch for as long as the block lasts."""
        lane = Lane(self)
        self._open.append(lane)
        try:
            yield lane
        finally:
            self._open.remove(lane)
            self.changed()

    def has_come(self, wait: Wait) -> bool:
        """Whether the signal that ends `wait` is there, though nobody has acted on it yet."""
        return wait.name in self._arrived

    def changed(self) -> None:
        """Look again whether everything waits."""
        self._moved.set()

    def arrive(self, signal: Signal) -> None:
        """Hand a signal to whoever waits for it, now or later; the first of a name counts."""
        self._arrived.setdefault(signal.name, signal)
        for future in self._awaited.pop(signal.name, ()):
            if not future.done():
                future.set_result(signal)

    async def arrival(self, name: str) -> Signal:
        """The signal called `name`."""
        found = self._arrived.get(name)
        if found is not None:
            return found
        future: asyncio.Future[Signal] = asyncio.get_running_loop().create_future()
        self._awaited.setdefault(name, []).append(future)
        return await future

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Everything that is waited for."""
        return tuple(wait for lane in self._open for wait in lane.waits)

    @property
    def quiet(self) -> bool:
        """Whether every branch that is open waits for something from outside."""
        return bool(self._open) and all(lane.idle for lane in self._open)

    async def rest(self) -> tuple[Wait, ...]:
        """Return when the run is quiet, and stays so, with what it waits for."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            for _ in range(SETTLING):
                if not self.quiet:
                    break
                await asyncio.sleep(0)
            else:
                if self.quiet:
                    return self.waits
