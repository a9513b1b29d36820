"""Port: signals that somebody sets and others wait for."""

from __future__ import annotations

from typing import Protocol

from ..memory.coordination import Signal


class Signals(Protocol):
    """Signals by name; several processes may share them.

    Every method raises StorageError within seconds when what keeps them is away, and ValueError for a blank name.
    """

    async def set(self, name: str, value: object = True, ttl_seconds: float | None = None) -> None:
        """Set it, in place of what it was, for so long (`Lifetime.COORDINATION`).

        Raises ValueError for a time that is not above zero, TypeError for a value that is not JSON.
        """
        ...

    async def wait(self, name: str, wait_seconds: float) -> Signal | None:
        """The signal, as soon as it is set; None when within that time it was not. 0 only looks."""
        ...

    async def clear(self, name: str) -> bool:
        """Take it back; whether it was set."""
        ...
