"""A real embedder of which a test can tell what it was asked."""

from collections.abc import Sequence
from pathlib import Path

from muster.domain.ports.embedder import Embedder
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder


class Listening(Embedder):
    """The real one, and which texts it was given."""

    def __init__(self, folder: Path) -> None:
        self._inner = OnnxEmbedder(folder)
        self.heard: list[str] = []

    def model(self) -> str:
        """The real one's."""
        return self._inner.model()

    def dimension(self) -> int:
        """The real one's."""
        return self._inner.dimension()

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """The real vectors."""
        self.heard += texts
        return self._inner.embed(texts)
