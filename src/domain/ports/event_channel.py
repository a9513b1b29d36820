"""Port: messages to whoever listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from ..memory.coordination import Message


class EventChannel(Protocol):
    """Channels by name; each subscriber gets every message from when it began, in order; processes may share them.

    A channel keeps a limited number of messages (1,000), for `Lifetime.COORDINATION` after the last one. Who is slower
    gets what is kept, and is told how many it missed. Every method raises StorageError within seconds when what keeps
    the channels is away, and ValueError for a blank name.
    """

    async def publish(self, channel: str, value: object) -> None:
        """Send `value` to all who have subscribed. Raises TypeError for what is not JSON."""
        ...

    async def subscribe(self, channel: str) -> AsyncIterator[Message]:
        """Everything that is published from now on, without end; after an error it goes on where it was.

        It holds nothing, and needs no closing.
        """
        ...
