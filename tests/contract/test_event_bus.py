"""What every event bus promises."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from muster.domain.events.events import AgentStarted, Envelope
from muster.domain.ports.event_bus import EventBus
from muster.infrastructure.telemetry.event_bus import InProcessEventBus
from tests.fakes.clock import START, FakeClock


@pytest.fixture(params=[InProcessEventBus])
def bus(request: pytest.FixtureRequest) -> EventBus:
    """Each bus in turn, on a clock that moves one second an event."""
    made: EventBus = request.param(FakeClock(step=1.0))
    return made


def started(number: int) -> AgentStarted:
    """An event that can be told from others."""
    return AgentStarted("run-1", f"agent-{number}")


def test_events_are_numbered_from_one_and_stamped(bus: EventBus) -> None:
    """What `publish` returns is what listeners get."""
    heard: list[Envelope] = []
    bus.subscribe(heard.append)
    sent = [bus.publish(started(number)) for number in range(3)]
    assert sent == heard
    assert [(e.sequence, e.at) for e in heard] == [(n, START + timedelta(seconds=n - 1)) for n in (1, 2, 3)]


def test_a_listener_hears_from_its_subscription_on(bus: EventBus) -> None:
    """Nothing from before, nothing from after; numbers go on without it."""
    heard: list[int] = []
    bus.publish(started(1))
    unsubscribe = bus.subscribe(lambda envelope: heard.append(envelope.sequence))
    bus.publish(started(2))
    unsubscribe()
    unsubscribe()
    assert bus.publish(started(3)).sequence == 3
    assert heard == [2]


def test_a_failing_listener_hinders_nobody(bus: EventBus) -> None:
    """Neither the publisher nor those after it in line."""
    heard: list[int] = []

    def fail(envelope: Envelope) -> None:
        raise RuntimeError("a listener's own affair")

    bus.subscribe(fail)
    bus.subscribe(lambda envelope: heard.append(envelope.sequence))
    for number in range(3):
        bus.publish(started(number))
    assert heard == [1, 2, 3]


def test_a_listener_may_end_its_subscription_while_it_listens(bus: EventBus) -> None:
    """It hears that one event, and the others miss nothing."""
    once: list[int] = []
    always: list[int] = []
    ends: list[Callable[[], None]] = []

    def first_only(envelope: Envelope) -> None:
        once.append(envelope.sequence)
        ends[0]()

    ends.append(bus.subscribe(first_only))
    bus.subscribe(lambda envelope: always.append(envelope.sequence))
    bus.publish(started(1))
    bus.publish(started(2))
    assert (once, always) == ([1], [1, 2])


def test_one_listener_may_end_another(bus: EventBus) -> None:
    """What was ended hears nothing more, not even the event at hand."""
    heard: list[int] = []
    ends: list[Callable[[], None]] = []
    bus.subscribe(lambda envelope: ends[0]())
    ends.append(bus.subscribe(lambda envelope: heard.append(envelope.sequence)))
    bus.publish(started(1))
    assert heard == []


def test_an_event_from_a_listener_comes_after_the_one_it_answers(bus: EventBus) -> None:
    """Every listener sees the same order."""
    one: list[int] = []
    other: list[int] = []

    def answer(envelope: Envelope) -> None:
        one.append(envelope.sequence)
        if envelope.sequence == 1:
            bus.publish(started(2))

    bus.subscribe(answer)
    bus.subscribe(lambda envelope: other.append(envelope.sequence))
    bus.publish(started(1))
    assert (one, other) == ([1, 2], [1, 2])


def test_threads_leave_no_gap_and_no_disorder(bus: EventBus) -> None:
    """Eight publishers, 4,000 events, each heard once and in order."""
    heard: list[int] = []
    bus.subscribe(lambda envelope: heard.append(envelope.sequence))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bus.publish(started(number)), range(4000)))
    bus.publish(started(0))
    assert heard == list(range(1, 4002))
