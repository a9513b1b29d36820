"""Events in one process."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ...domain.events.events import Envelope, Event
from ...domain.ports.clock import Clock
from ...domain.ports.event_bus import EventBus, Listener

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Subscription:
    listener: Listener
    active: bool = True
    reported: bool = False

    def deliver(self, envelope: Envelope) -> None:
        """Hand over; the first failure of a listener is logged, further ones would only repeat it."""
        if not self.active:
            return
        try:
            self.listener(envelope)
        except Exception:
            if not self.reported:
                self.reported = True
                log.exception("listener %r failed; its further failures are not logged", self.listener)


class InProcessEventBus(EventBus):
    """Delivers in the publisher's thread, in order of the numbers, from any number of threads.

    While a thread delivers, events that others (or its own listeners) publish wait in line and are delivered
    by it, so that every listener sees every event in the same order.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sequence = 0
        self._subscriptions: tuple[_Subscription, ...] = ()
        self._line: deque[tuple[Envelope, tuple[_Subscription, ...]]] = deque()
        self._delivering = False

    def publish(self, event: Event) -> Envelope:
        """Number, stamp and deliver `event`."""
        with self._lock:
            self._sequence += 1
            envelope = Envelope(self._sequence, self._clock.now(), event)
            self._line.append((envelope, self._subscriptions))
            if self._delivering:
                return envelope
            self._delivering = True
        self._deliver()
        return envelope

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each event from now on; ending it twice does no harm."""
        subscription = _Subscription(listener)
        with self._lock:
            self._subscriptions = (*self._subscriptions, subscription)

        def unsubscribe() -> None:
            subscription.active = False
            with self._lock:
                self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)

        return unsubscribe

    def _deliver(self) -> None:
        while True:
            with self._lock:
                if not self._line:
                    self._delivering = False
                    return
                envelope, subscriptions = self._line.popleft()
            try:
                for subscription in subscriptions:
                    subscription.deliver(envelope)
            except BaseException:  # an interrupt: the next publisher goes on with the line
                with self._lock:
                    self._delivering = False
                raise
