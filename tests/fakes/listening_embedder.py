"""A real embedder of which a test can tell what it was asked."""

import threading
from collections.abc import Sequence
from pathlib import Path

from muster.domain.ports.embedder import Embedder
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder


class Listening(Embedder):
    """The real one, and which texts it was given."""

    def __init__(self, folder: Path) -> None:
        self._inner = OnnxEmbedder(folder)
        self.heard: list[str] = []
        self._most: int | None = None
        self._go = threading.Event()

    def pause_after(self, most: int) -> None:
        """Several texts at once wait for `go_on` when that many have been heard; a query does not."""
        self._most = most

    def go_on(self) -> None:
        """Nobody waits any more."""
        self._go.set()

    def model(self) -> str:
        """The real one's."""
        return self._inner.model()

    def dimension(self) -> int:
        """The real one's."""
        return self._inner.dimension()

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """The real vectors."""
        if len(texts) > 1 and self._most is not None and len(self.heard) >= self._most:
            self._go.wait(60)
        self.heard += texts
        return self._inner.embed(texts)
