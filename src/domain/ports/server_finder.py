"""Port: finds language models that run on this machine."""

from __future__ import annotations

from typing import Protocol

from ..models.found_server import FoundServer


class ServerFinder(Protocol):
    """Looks at the usual local ports; never sends anything but a question for the list of models."""

    async def find(self) -> tuple[FoundServer, ...]:
        """Servers that answer, in a fixed order; none is an empty tuple, never an error."""
        ...
