"""Nothing outlives the time of its class."""

from __future__ import annotations

import pytest

from muster.application.memory.retained import PAUSE, RetainedLongTermStore
from muster.domain.memory.entry import Entry, Origin, Query
from muster.domain.security.classification import Classification
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.clock import FakeClock

DAY = 86_400.0


@pytest.mark.parametrize(("kind", "days"), [("PUBLIC", 365), ("INTERNAL", 180), ("SENSITIVE", 90)])
async def test_an_entry_is_there_to_the_end_of_its_time_and_not_a_second_longer(kind: str, days: int) -> None:
    """Whether or not anybody has deleted it by then."""
    clock = FakeClock()
    inner = InProcessLongTermStore(clock)
    store = RetainedLongTermStore(inner, clock)
    await store.store("a", "bridge", kind)
    clock.advance(days * DAY)
    assert await store.retrieve("a") == "bridge"
    clock.advance(1)
    assert await store.retrieve("a") is None
    assert await store.search(Query(words="bridge")) == ()
    assert await store.forget_what_is_over() == (
        ("a",) if kind == "SENSITIVE" else ()
    )  # a search found the others
    assert await inner.list_keys() == ()


async def test_what_is_over_is_deleted_when_something_is_stored() -> None:
    """Once an hour, so that writing does not pay for it each time; what is written anew begins anew."""
    clock = FakeClock()
    inner = InProcessLongTermStore(clock)
    store = RetainedLongTermStore(inner, clock)
    await store.store("old", 1, Classification.SENSITIVE)
    await store.store("renewed", 1, Classification.SENSITIVE)
    clock.advance(60 * DAY)
    await store.store("renewed", 2, Classification.SENSITIVE)
    clock.advance(31 * DAY)
    await store.store("new", 1)
    assert await inner.list_keys() == ("new", "renewed")
    clock.advance(60 * DAY)
    await inner.store("sensitive", 1, Classification.SENSITIVE)
    clock.advance(PAUSE)
    await store.store("newer", 1)
    assert await inner.list_keys() == ("new", "newer", "sensitive")


async def test_a_promotion_whose_entry_is_over_is_written_again() -> None:
    """What nobody can read any more must not stand in its way, also when the wall clock alone has jumped."""
    clock = FakeClock()
    store = RetainedLongTermStore(InProcessLongTermStore(clock), clock)
    assert await store.store("other", 0)  # so that the hourly look was just made
    origin = Origin(promotion="v1")
    assert await store.store("a", 1, origin=origin)
    clock.jump(181)
    assert await store.entry("a") is None
    assert await store.store("a", 2, origin=origin)
    assert await store.retrieve("a") == 2


async def test_a_promotion_that_another_has_just_made_is_never_taken_away() -> None:
    """Whoever looked before it was there writes nothing, and deletes nothing: its short-term entry may be gone."""
    clock, origin = FakeClock(), Origin(promotion="v1")

    class Overtaken(InProcessLongTermStore):
        deleted = 0

        async def entry(self, key: str) -> Entry | None:
            found = await super().entry(key)
            await super().store(key, "by the other", origin=origin)
            return found

        async def delete(self, key: str) -> bool:
            self.deleted += 1
            return await super().delete(key)

    inner = Overtaken(clock)
    assert await RetainedLongTermStore(inner, clock).store("a", "by the slow one", origin=origin)
    assert (inner.deleted, await inner.retrieve("a")) == (0, "by the other")
