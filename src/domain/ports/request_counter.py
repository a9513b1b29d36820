"""Port: a provider's own count of what a request takes."""

from __future__ import annotations

from typing import Protocol

from ..models.exchange import ModelRequest
from ..tokens.count import TokenCount


class RequestCounter(Protocol):
    """Counts a whole request with the vocabulary of its model."""

    async def count_request(self, request: ModelRequest) -> TokenCount:
        """Input tokens of `request`, exact; raises ModelFailure when the provider does not say."""
        ...
