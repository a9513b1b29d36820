"""What every clock promises."""

from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.ports.clock import Clock
from muster.infrastructure.common.system_clock import SystemClock
from tests.fakes.clock import START, FakeClock


@pytest.fixture(params=[SystemClock, FakeClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    """Each clock in turn."""
    made: Clock = request.param()
    return made


def test_the_moment_is_in_utc(clock: Clock) -> None:
    """Aware, with no offset."""
    assert clock.now().tzinfo is UTC
    assert clock.now().utcoffset() == timedelta(0)


def test_the_counter_never_goes_back(clock: Clock) -> None:
    """A hundred looks, each at least the one before."""
    looks = [clock.monotonic() for _ in range(100)]
    assert looks == sorted(looks)


def test_the_system_clock_tells_the_time_of_the_machine() -> None:
    """Between two looks of our own."""
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_the_fake_clock_moves_when_told() -> None:
    """Both of its hands by the same amount."""
    clock = FakeClock()
    clock.advance(1.5)
    assert clock.now() == START + timedelta(seconds=1.5)
    assert clock.monotonic() == 1.5
