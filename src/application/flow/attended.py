"""Work on a run that ends early when there is a reason: it only waits, somebody stops it, or it is no longer ours."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ...domain.errors import Fenced, StorageError
from ...domain.journal.record import Signal
from ...domain.orchestration.approvals import Wait
from ...domain.ports.run_journal import RunJournal
from .book import FlowBook

T = TypeVar("T")
CANCEL = "cancel"
"""The signal that stops a run, whoever drives it."""
LOOK_SECONDS = 0.5
"""How often a run looks for words from other processes."""


class Parked(Exception):
    """Nothing is left to do until something comes from outside."""

    def __init__(self, waits: tuple[Wait, ...]) -> None:
        super().__init__("; ".join(wait.words for wait in waits))
        self.waits = waits


class Stopped(Exception):
    """Somebody has asked for the end of the run; the text says who."""


class Attendant:
    """Watches over one run's work, and brings it the signals of other processes."""

    def __init__(self, book: FlowBook, journal: RunJournal, heard: int) -> None:
        """`heard` is the number of the last signal that is known already."""
        self._book = book
        self._journal = journal
        self._heard = heard
        self._stop = asyncio.Event()
        self._stopper = ""

    async def attend(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; raises Parked, Stopped or Fenced once it was cancelled for one of these reasons."""
        task = asyncio.create_task(work)
        watchers: tuple[asyncio.Task[Any], ...] = (
            asyncio.create_task(self._resting()),
            asyncio.create_task(self._stop.wait()),
            asyncio.create_task(self._book.gone.wait()),
            asyncio.create_task(self._listening()),
        )
        resting, stopping, gone, _ = watchers
        try:
            await asyncio.wait({task, *watchers}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise Fenced(
                    f"run {self._book.run_id!r} is driven by another process now",
                    hint=f"muster watch {self._book.run_id}",
                )
            if task.done():
                return task.result()
            if stopping.done():
                raise Stopped(self._stopper)
            raise Parked(resting.result())
        finally:
            for each in (task, *watchers):
                each.cancel()
            await asyncio.gather(task, *watchers, return_exceptions=True)

    async def _resting(self) -> tuple[Wait, ...]:
        """Wait until everything waits, and no word that would end a wait is there already."""
        while True:
            waits = await self._book.lanes.rest()
            names = {signal.name for signal in await self._new_signals()}
            if self._stop.is_set():  # who stops a run does not want it put aside
                await asyncio.Event().wait()
            if not names.intersection(wait.name for wait in waits):
                return waits

    async def _listening(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._new_signals()

    async def _new_signals(self) -> tuple[Signal, ...]:
        """What has come since the last look, handed to whoever waits for it; a journal that fails is silent here."""
        try:
            signals = await self._journal.signals(self._book.run_id, self._heard)
        except StorageError:
            return ()
        for signal in signals:
            self._heard = max(self._heard, signal.number)
            if signal.name == CANCEL:
                self._stopper = signal.sender or "somebody"
                self._stop.set()
            else:
                self._book.lanes.arrive(signal)
        return signals
