"""Flow: the small interface between what a run does and the journal that remembers it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from ...domain.errors import MusterError
from ...domain.journal.record import RecordKind, Signal
from ...domain.orchestration.approvals import DoubtPolicy, Wait, WaitKind
from ...domain.ports.clock import Clock
from .book import FlowBook
from .codec import Codec
from .lanes import Lane

T = TypeVar("T")
SIGNAL: Codec[Signal] = Codec(Signal)
MOMENT: Codec[datetime] = Codec(datetime)
WAITING = "waiting:"
"""What the key of the event begins with that announces a wait."""
SHORT = timedelta(seconds=5)
"""What is due so soon is waited for; for anything longer a run is put aside."""
NO_LANE = nullcontext()


class Repeat(StrEnum):
    """What may be done about a step that was under way when its process ended.

    - freely: reading and computing is simply done again;
    - counted: a paid call is made again, and counted;
    - never: what writes or executes is in doubt, and not repeated unless somebody decides so.
    """

    FREELY = "freely"
    COUNTED = "counted"
    NEVER = "never"


class StepSkipped(MusterError):
    """A step in doubt was skipped by decision: what it did, or did not do, is left as it is."""

    default_code = "step-skipped"


class Flow:
    """One branch of a run: steps under stable keys, made once.

    Keys name what is done (agent, iteration, call), never when: branches finish in any order. Whatever is between
    steps is done again when a run goes on, so it must not cost anything or change anything.
    """

    def __init__(self, book: FlowBook, clock: Clock, prefix: str = "", lane: Lane | None = None) -> None:
        self.book = book
        self._clock = clock
        self._prefix = prefix
        self._lane = lane

    def branch(self, key: str) -> Flow:
        """The same run, with `key` before the keys of its steps."""
        return Flow(self.book, self._clock, f"{self._prefix}{key}/", self._lane)

    @contextmanager
    def lane(self, key: str) -> Iterator[Flow]:
        """A branch that goes on beside others for as long as the block lasts."""
        with self.book.lanes.lane() as lane:
            yield Flow(self.book, self._clock, f"{self._prefix}{key}/", lane)

    def name(self, key: str) -> str:
        """The whole key of the step `key` of this branch."""
        return f"{self._prefix}{key}"

    async def step(
        self,
        key: str,
        do: Callable[[], Awaitable[T]],
        codec: Codec[T],
        repeat: Repeat = Repeat.FREELY,
    ) -> T:
        """What `do` gives, recorded before it is returned; what is recorded already is not done again.

        Raises what `do` raises, StepSkipped, Fenced, and for a step that must not be repeated StorageError when it
        could not be announced: then it was not begun.
        """
        name = self.name(key)
        found = self.book.result(name)
        if found is not None:
            return codec.load(found)
        await self.settle(key, repeat)
        with self.working():
            await self.begin(key, repeat)
            try:
                value = await do()
            except Exception as error:
                self.book.note(RecordKind.FAILURE, name, {"error": f"{type(error).__name__}: {error}"})
                raise
            await self.book.keep(RecordKind.RESULT, name, value, codec)
        return value

    async def begin(self, key: str, repeat: Repeat) -> None:
        """Announce a step as `repeat` asks for; raises StorageError for one that must be, and could not be."""
        if repeat is Repeat.COUNTED:
            await self.book.announce(self.name(key))
        elif repeat is Repeat.NEVER:
            await self.book.insist(RecordKind.INTENT, self.name(key), self._clock.now(), MOMENT)

    async def settle(self, key: str, repeat: Repeat) -> None:
        """Decide on a step in doubt, each time anew; raises StepSkipped for one that is to be left."""
        name = self.name(key)
        if repeat is not Repeat.NEVER or not self.book.in_doubt(name):
            return
        times = self.book.begun(name)
        question = f"doubt:{name}" if times == 1 else f"doubt:{name}@{times}"
        policy = self.book.doubts
        if policy is not DoubtPolicy.ASK and self.book.taken(question) is None:
            said = Signal(question, json.dumps({"do": policy.value}), self._clock.now(), "the run's terms")
            await self.book.keep(RecordKind.SIGNAL, question, said, SIGNAL)
        words = f"{name} was under way when its process ended; whether it was done is not known"
        answer = await self.signal(question, words, WaitKind.DOUBT)
        if '"retry"' not in answer.payload:
            raise StepSkipped(f"{name} was skipped: whether it had been done is not known")

    def working(self) -> AbstractContextManager[None]:
        """While something is being done in this branch, the run is not put aside."""
        return NO_LANE if self._lane is None else self._lane.work()

    async def signal(self, name: str, words: str = "", kind: WaitKind = WaitKind.SIGNAL) -> Signal:
        """The word from outside called `name`; until it comes, and nothing else is to do, the run is put aside."""
        kept = self.book.taken(name)
        if kept is not None:
            return SIGNAL.load(kept)
        self.book.note(RecordKind.EVENT, f"{WAITING}{name}", {"kind": kind.value, "words": words or name})
        signal = await self._wait(Wait(kind, name, words or name))
        with self.working():
            await self.book.keep(RecordKind.SIGNAL, name, signal, SIGNAL)
        return signal

    async def sleep(self, key: str, until: datetime) -> None:
        """Wait until a moment; when the run goes on later, the first word on it counts."""
        name = self.name(key)
        kept = self.book.timer(name)
        if kept is None:
            await self.book.keep(RecordKind.TIMER, name, until, MOMENT)
        else:
            until = MOMENT.load(kept)
        left = until - self._clock.now()
        if left <= SHORT or self._lane is None:
            with self.working():
                await self._clock.sleep(left.total_seconds())
            return
        wait = Wait(WaitKind.TIMER, f"timer:{name}", f"{name} waits until {until.isoformat()}", until)
        try:
            async with asyncio.timeout(left.total_seconds()):
                await self._wait(wait)
        except TimeoutError:
            return

    def progress(self, key: str, content: object = None) -> None:
        """Tell whoever watches; nobody waits for it."""
        self.book.note(RecordKind.EVENT, self.name(key), content)

    async def _wait(self, wait: Wait) -> Signal:
        if self._lane is None:
            with self.book.lanes.lane() as lane:
                return await lane.wait(wait)
        return await self._lane.wait(wait)
