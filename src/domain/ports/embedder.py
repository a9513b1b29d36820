"""Port: what a text means, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Embedder(Protocol):
    """Turns texts into vectors that lie close together when the texts mean alike.

    Everything here takes time and blocks: call it on a thread of its own, never on an event loop. Whatever is asked
    first loads the model, which takes seconds; all of it raises ConfigurationError when that is not possible.
    """

    def model(self) -> str:
        """Which model this is: another name for other files, so that vectors of two are never compared."""
        ...

    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """A vector for each text, in their order: float32, little-endian, of length 1 (0 where a text says nothing).

        Any text will do; of a long one the beginning counts.
        """
        ...
