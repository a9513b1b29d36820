"""What every edit lock promises."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from muster.domain.errors import LockHeld, UserError
from muster.domain.ports.edit_lock import EditLock
from muster.infrastructure.workspace.file_lock import FileEditLock
from muster.infrastructure.workspace.memory_lock import InMemoryEditLock
from tests.fakes.clock import START, FakeClock

ROOT = "/project"


@pytest.fixture
def clock() -> FakeClock:
    """Time that the test moves."""
    return FakeClock()


@pytest.fixture(params=["files", "memory"])
def lock(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[EditLock]:
    """Each lock in turn."""
    if request.param == "memory":
        yield InMemoryEditLock(clock)
        return
    with closing(FileEditLock(tmp_path / "locks", clock)) as files:
        yield files


def test_a_second_owner_is_told_who_holds_it_and_until_when(lock: EditLock) -> None:
    """Name and moment, in words and in the details."""
    lock.acquire(ROOT, "run-1", 60)
    with pytest.raises(LockHeld, match="run-1") as caught:
        lock.acquire(ROOT, "run-2", 60)
    assert caught.value.details["owner"] == "run-1"
    assert caught.value.details["until"] == (START + timedelta(seconds=60)).isoformat()


def test_another_folder_is_free(lock: EditLock) -> None:
    """A lock is of one folder."""
    lock.acquire(ROOT, "run-1", 60)
    assert lock.acquire("/elsewhere", "run-2", 60).owner == "run-2"


def test_its_owner_may_take_it_again_and_gives_it_back_as_often(lock: EditLock) -> None:
    """Free only after the last release."""
    first, second = lock.acquire(ROOT, "run-1", 60), lock.acquire(ROOT, "run-1", 60)
    lock.release(second)
    lock.check(first)
    with pytest.raises(LockHeld):
        lock.acquire(ROOT, "run-2", 60)
    lock.release(first)
    assert lock.acquire(ROOT, "run-2", 60).owner == "run-2"


def test_taking_it_again_makes_it_no_shorter(lock: EditLock, clock: FakeClock) -> None:
    """The later of both ends holds for both tickets."""
    first = lock.acquire(ROOT, "run-1", 60)
    assert lock.acquire(ROOT, "run-1", 10).expires_at == first.expires_at
    longer = lock.acquire(ROOT, "run-1", 100)
    clock.advance(80)
    lock.check(first)
    lock.check(longer)


def test_after_its_time_the_holder_is_refused_though_nobody_took_it(lock: EditLock, clock: FakeClock) -> None:
    """The limit is enforced, not advice."""
    ticket = lock.acquire(ROOT, "run-1", 60)
    clock.advance(60)
    with pytest.raises(LockHeld, match="has ended") as caught:
        lock.check(ticket)
    assert caught.value.code == "lock-expired"


def test_after_its_time_somebody_else_gets_it(lock: EditLock, clock: FakeClock) -> None:
    """And the first holder can neither check nor release it any more."""
    old = lock.acquire(ROOT, "run-1", 60)
    clock.advance(61)
    new = lock.acquire(ROOT, "run-2", 60)
    assert new.number > old.number
    lock.release(old)
    lock.check(new)
    with pytest.raises(LockHeld):
        lock.check(old)


def test_an_old_ticket_of_the_same_owner_is_stale(lock: EditLock, clock: FakeClock) -> None:
    """Time lost is not made good by taking the lock anew: files may have changed meanwhile."""
    old = lock.acquire(ROOT, "run-1", 60)
    clock.advance(61)
    lock.check(lock.acquire(ROOT, "run-1", 60))
    with pytest.raises(LockHeld):
        lock.check(old)


def test_what_was_given_back_is_worth_nothing(lock: EditLock) -> None:
    """Also right after."""
    ticket = lock.acquire(ROOT, "run-1", 60)
    lock.release(ticket)
    lock.release(ticket)
    with pytest.raises(LockHeld):
        lock.check(ticket)


@pytest.mark.parametrize(("owner", "seconds"), [("", 60), (" ", 60), ("run-1", 0), ("run-1", -1)])
def test_nobody_and_no_time_are_refused(lock: EditLock, owner: str, seconds: float) -> None:
    """And leave the lock free."""
    with pytest.raises(UserError):
        lock.acquire(ROOT, owner, seconds)
    assert lock.acquire(ROOT, "run-2", 1).number == 1
