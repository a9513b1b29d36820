"""Port: a language model, real or offline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from ..models.exchange import ModelEvent, ModelRequest
from ..models.info import ModelInfo


class LanguageModel(Protocol):
    """Answers a request as a stream of events."""

    @property
    def info(self) -> ModelInfo:
        """Identity, limits and prices; known without a call."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`; the last event is `Finished`, and usage is reported before it.

        Raises ProviderError when the model cannot answer; a failure is never turned into text.
        """
        ...
