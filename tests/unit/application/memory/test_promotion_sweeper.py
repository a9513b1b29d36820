"""What the sweeper promotes, what it leaves, and what it never does twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from muster.application.memory.promotion_sweeper import PromotionSweeper
from muster.domain.errors import SecurityViolation, StorageError
from muster.domain.memory.due import Due
from muster.domain.memory.entry import NOBODY, Origin
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.clock import START, FakeClock


class Long(InProcessLongTermStore):
    """Counts what is stored; may have no room, be away, or refuse values; tells when it is asked to store."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.stored: list[str] = []
        self.room = 1000
        self.away = 0
        self.refuses = ""
        self.kept = asyncio.Event()

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        if self.away:
            self.away -= 1
            raise StorageError("the disk is away", code="storage-failed", hint="wait")
        if self.refuses and key.startswith(self.refuses):
            raise SecurityViolation("it holds a secret", code="memory-secret", hint="leave it out")
        if len(self.stored) >= self.room:
            return False
        self.stored.append(key)
        self.kept.set()
        return await super().store(key, data, classification, origin=origin, text=text)


@pytest.fixture
def clock() -> FakeClock:
    """Moved by hand."""
    return FakeClock()


@pytest.fixture
def short(clock: FakeClock) -> EmbeddedShortTermStore:
    """In this process."""
    return EmbeddedShortTermStore(clock)


@pytest.fixture
def long(clock: FakeClock) -> Long:
    """In this process, too."""
    return Long(clock)


@pytest.fixture
def sweeper(short: EmbeddedShortTermStore, long: Long, clock: FakeClock) -> PromotionSweeper:
    """Between them."""
    return PromotionSweeper(short, long, clock)


async def put(short: EmbeddedShortTermStore, *keys: str) -> None:
    """Stash them for a minute, to be promoted."""
    await short.stash_many({key: [key] for key in keys}, 60, promote_on_expiry=True)


async def test_what_is_due_moves_and_nothing_else(
    sweeper: PromotionSweeper, short: EmbeddedShortTermStore, long: LongTermStore, clock: FakeClock
) -> None:
    """With its value, and the name of the writing that it was."""
    await put(short, "b", "a")
    await short.stash("forgotten", 1, 60)
    await short.stash("later", 1, 600, promote_on_expiry=True)
    assert await sweeper.sweep() == ()
    clock.advance(60)
    versions = {due.key: due.version for due in await short.due()}
    assert await sweeper.sweep() == ("a", "b")
    for key in ("a", "b"):
        entry = await long.entry(key)
        assert entry is not None
        assert (entry.data, entry.origin.promotion) == ([key], versions[key])
    assert (await long.list_keys(), await short.keys()) == (("a", "b"), ("later",))
    assert await sweeper.sweep() == ()


async def test_hundreds_move_in_one_sweep(
    sweeper: PromotionSweeper, short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """More than are listed at a time, each stored once."""
    keys = [f"{number:03}" for number in range(350)]
    await put(short, *keys)
    clock.advance(60)
    assert await sweeper.sweep() == tuple(keys)
    assert long.stored == keys


async def test_a_sweep_that_ended_between_the_two_is_finished_without_storing_again(
    sweeper: PromotionSweeper, short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """The entry says which promotion it was."""
    await put(short, "a")
    clock.advance(60)
    (due,) = await short.due()
    await long.store("a", due.value, origin=Origin(promotion=due.version))
    assert await sweeper.sweep() == ("a",)
    assert long.stored == ["a"]
    assert await short.keys() == ()


async def test_it_is_not_stored_again_though_the_clock_of_the_other_store_be_behind(
    short: EmbeddedShortTermStore, clock: FakeClock
) -> None:
    """The name of the writing decides, and no time."""
    long = Long(FakeClock(START - timedelta(days=1)))
    await put(short, "a")
    clock.advance(60)
    (due,) = await short.due()
    await long.store("a", due.value, origin=Origin(promotion=due.version))
    assert await PromotionSweeper(short, long, clock).sweep() == ("a",)
    assert long.stored == ["a"]


async def test_what_is_newer_in_the_long_term_store_stays(
    sweeper: PromotionSweeper, short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """What is older is replaced."""
    await long.store("older", "before")
    clock.advance(1)
    await put(short, "newer", "older")
    clock.advance(60)
    await long.store("newer", "after")
    assert await sweeper.sweep() == ("newer", "older")
    assert [await long.retrieve(key) for key in ("newer", "older")] == ["after", ["older"]]


async def test_without_room_it_waits_and_nothing_is_lost(
    sweeper: PromotionSweeper, short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """With room it goes on."""
    await put(short, "a", "b", "c")
    clock.advance(60)
    long.room = 1
    assert await sweeper.sweep() == ("a",)
    assert await sweeper.sweep() == ()
    assert await short.retrieve_many(["b", "c"]) == {"b": ["b"], "c": ["c"]}
    long.room = 3
    assert await sweeper.sweep() == ("b", "c")


async def test_what_is_refused_waits_and_holds_nobody_up(
    sweeper: PromotionSweeper,
    short: EmbeddedShortTermStore,
    long: Long,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Though more is refused than is listed at a time, and all of it has waited longer."""
    await put(short, *(f"bad/{number}" for number in range(150)))
    clock.advance(1)
    await put(short, "good")
    clock.advance(60)
    long.refuses = "bad/"
    assert await sweeper.sweep() == ("good",)
    assert caplog.text.count("cannot be promoted") == 150
    assert len(await short.keys("bad/")) == 150


async def test_what_is_written_anew_meanwhile_is_not_taken_away(
    short: EmbeddedShortTermStore, clock: FakeClock
) -> None:
    """Not by the sweep that had seen what was before it."""

    class Slow(Long):
        async def entry(self, key: str) -> None:
            await short.stash(key, "new", 60)

    await put(short, "a")
    clock.advance(60)
    assert await PromotionSweeper(short, Slow(clock), clock).sweep() == ()
    assert await short.retrieve("a") == "new"


async def test_two_sweepers_report_each_promotion_once(
    short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """Between them, all of it."""
    keys = [f"{number:03}" for number in range(120)]
    await put(short, *keys)
    clock.advance(60)
    found = await asyncio.gather(*(PromotionSweeper(short, long, clock).sweep() for _ in range(3)))
    assert sorted(key for some in found for key in some) == keys


async def test_a_store_that_is_away_is_said_once_and_tried_again(
    sweeper: PromotionSweeper,
    short: EmbeddedShortTermStore,
    long: Long,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Until it is cancelled, which loses nothing."""
    await put(short, "a")
    long.away = 3
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(sweeper.run(30))
        await long.kept.wait()
    assert caplog.text.count("until the memory is back") == 1
    assert clock.slept[:5] == [30] * 5
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await long.retrieve("a") == ["a"]


async def test_what_was_promoted_and_deleted_meanwhile_does_not_come_back(
    short: EmbeddedShortTermStore, long: Long, clock: FakeClock
) -> None:
    """A sweep that lags behind another looks again before it writes."""

    class Lagging(EmbeddedShortTermStore):
        async def due(self, limit: int = 100) -> tuple[Due, ...]:
            found = await short.due(limit)
            if found:
                await PromotionSweeper(short, long, clock).sweep()
                await long.delete("a")
            return found

        async def retrieve_many(self, keys: Sequence[str]) -> dict[str, object]:
            return await short.retrieve_many(keys)

        async def settle(self, due: Due) -> bool:
            return await short.settle(due)

    await put(short, "a", "b")
    clock.advance(60)
    assert await PromotionSweeper(Lagging(clock), long, clock).sweep() == ()
    assert (await long.list_keys(), await short.keys()) == (("b",), ())
