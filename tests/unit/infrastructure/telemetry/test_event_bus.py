"""What the bus says about listeners that fail."""

import logging

import pytest

from muster.domain.events.events import AgentStarted, Envelope
from muster.infrastructure.telemetry.event_bus import InProcessEventBus
from tests.fakes.clock import FakeClock

EVENT = AgentStarted("run-1", "one")


def fail(envelope: Envelope) -> None:
    """A listener with a fault."""
    raise RuntimeError(f"cannot take {envelope.sequence}")


def test_a_failing_listener_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback; every further event would only say the same."""
    bus = InProcessEventBus(FakeClock())
    bus.subscribe(fail)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            bus.publish(EVENT)
    (record,) = caplog.records
    assert "fail" in record.getMessage()
    assert "cannot take 1" in caplog.text


def test_an_interrupt_is_not_swallowed_and_the_next_event_is_delivered() -> None:
    """Ctrl-C in a listener ends the publisher, not the bus."""
    bus = InProcessEventBus(FakeClock())
    heard: list[int] = []

    def interrupt(envelope: Envelope) -> None:
        if envelope.sequence == 1:
            raise KeyboardInterrupt
        heard.append(envelope.sequence)

    bus.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        bus.publish(EVENT)
    bus.publish(EVENT)
    assert heard == [2]
