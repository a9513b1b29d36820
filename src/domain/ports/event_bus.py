"""Port: the one stream of events that progress, logs and pages listen to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..events.events import Envelope, Event

Listener = Callable[[Envelope], None]


class EventBus(Protocol):
    """Numbers and stamps each event and hands it to every listener, in order."""

    def publish(self, event: Event) -> Envelope:
        """Send `event`; a listener that fails hinders neither the run nor the other listeners."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each event from now on; the returned function ends that."""
        ...
