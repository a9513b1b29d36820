"""An event bus that keeps what it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from muster.domain.events.events import Envelope, Event
from muster.domain.ports.event_bus import EventBus, Listener

E = TypeVar("E")


class ListedBus(EventBus):
    """Keeps every event in order and tells listeners at once."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._listeners: list[Listener] = []

    def publish(self, event: Event) -> Envelope:
        """Keep `event`."""
        self.events.append(event)
        envelope = Envelope(len(self.events), datetime(2025, 1, 1, tzinfo=UTC), event)
        for listener in list(self._listeners):
            listener(envelope)
        return envelope

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` from now on."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]
