"""An answer as a response cache keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from .exchange import ModelResponse


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A whole answer, without the attempts that it took."""

    response: ModelResponse
