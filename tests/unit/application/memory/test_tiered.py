"""Two tiers behind one face."""

from __future__ import annotations

import pytest

from muster.application.memory.tiered import TieredMemory
from muster.application.memory.tiers import Tiers
from muster.domain.errors import SecurityViolation, StorageError
from muster.domain.memory.status import Synced
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds

from .support import person


@pytest.fixture
def clock() -> FakeClock:
    """The time of both tiers."""
    return FakeClock()


@pytest.fixture
def short(clock: FakeClock) -> EmbeddedShortTermStore:
    """For a while."""
    return EmbeddedShortTermStore(clock)


@pytest.fixture
def long(clock: FakeClock) -> InProcessLongTermStore:
    """For good."""
    return InProcessLongTermStore(clock)


@pytest.fixture
def memory(short: EmbeddedShortTermStore, long: InProcessLongTermStore) -> TieredMemory:
    """Both, as ann has them."""
    return TieredMemory(Tiers(short, long, "embedded", "in process"), FakeIds(), person("ann"))


async def test_a_ttl_says_which_tier_and_the_short_one_is_read_first(
    memory: TieredMemory, short: EmbeddedShortTermStore, long: InProcessLongTermStore, clock: FakeClock
) -> None:
    """When its time is over, the long-term value is there again."""
    assert await memory.store("a", "kept")
    assert await memory.store("a", "for now", ttl=60)
    assert (await short.retrieve("a"), await long.retrieve("a")) == ("for now", "kept")
    assert await memory.retrieve("a") == "for now"
    clock.advance(61)
    assert await memory.retrieve("a") == "kept"
    assert await memory.retrieve("nobody") is None


async def test_what_is_deleted_is_in_neither_tier(memory: TieredMemory) -> None:
    """Whether it was in one, in both, or in none."""
    await memory.store("a", 1)
    await memory.store("a", 2, ttl=60)
    await memory.store("b", 3, ttl=60)
    assert [await memory.delete(key) for key in ("a", "b", "c")] == [True, True, False]
    assert [await memory.retrieve(key) for key in ("a", "b")] == [None, None]


async def test_a_promoted_entry_changes_its_tier(
    memory: TieredMemory, short: EmbeddedShortTermStore, long: InProcessLongTermStore
) -> None:
    """What is not there is not promoted."""
    await memory.stash("a", {"n": 1})
    assert await memory.promote_to_long_term("a") is True
    assert (await short.keys(), await long.retrieve("a")) == ((), {"n": 1})
    assert await memory.promote_to_long_term("a") is False
    assert await long.retrieve("a") == {"n": 1}


async def test_of_two_values_the_newer_wins_in_both_tiers(
    memory: TieredMemory, short: EmbeddedShortTermStore, long: InProcessLongTermStore, clock: FakeClock
) -> None:
    """Keys in one tier alone stay there, and the time that was left stays as it was."""
    await long.store("up", "old", "PUBLIC")
    await short.stash("down", "old", 100)
    await short.stash("alone", 1, 100)
    clock.advance(10)
    await short.stash("up", "new", 100)
    await long.store("down", "new")
    clock.advance(10)
    assert await memory.sync_tiers() == Synced(to_long_term=("up",), to_short_term=("down",))
    assert [await short.retrieve(key) for key in ("up", "down")] == ["new", "new"]
    assert [await long.retrieve(key) for key in ("up", "down", "alone")] == ["new", "new", None]
    assert await short.expires_in("down") == 80
    kept = await long.entry("up")
    assert kept is not None
    assert kept.classification == "PUBLIC"
    assert await memory.sync_tiers() == Synced()


async def test_what_must_be_encrypted_is_never_in_the_short_term_tier(
    memory: TieredMemory, short: EmbeddedShortTermStore
) -> None:
    """Neither for a while nor staged; the tier encrypts nothing."""
    with pytest.raises(SecurityViolation, match="SENSITIVE data is not kept in the short-term memory"):
        await memory.store("a", "marmalade", ttl=60, classification="SENSITIVE")
    with pytest.raises(SecurityViolation, match="SENSITIVE data is not kept in the short-term memory"):
        await memory.stage_pattern("the patient called", "case")
    assert await short.keys() == ()


class AwayStore(InProcessLongTermStore):
    """A store that does not answer."""

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """Never."""
        raise StorageError("the disk is away")

    async def retrieve(self, key: str) -> object | None:
        """Never."""
        raise StorageError("the disk is away")


async def test_the_status_counts_each_tier_and_says_which_is_away(
    memory: TieredMemory, short: EmbeddedShortTermStore
) -> None:
    """One that is away does not hide the other."""
    await memory.store("a", 1, classification="PUBLIC")
    await memory.store("b", 1)
    await memory.stash("c", 1)
    told = await memory.get_backend_status()
    assert (told.short_term.entries, told.long_term.entries, told.healthy) == (1, 2, True)
    assert told.by_class == {"PUBLIC": 1, "INTERNAL": 1, "SENSITIVE": 0}
    assert await memory.health_check() is True
    away = TieredMemory(Tiers(short, AwayStore(), "embedded", "lost"), FakeIds(), person("ann"))
    told = await away.get_backend_status()
    assert (told.short_term.entries, told.long_term.available, told.healthy) == (1, False, False)
    assert told.long_term.problem == "the disk is away"
    assert await away.health_check() is False
