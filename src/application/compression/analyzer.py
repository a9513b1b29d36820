"""What a text takes of a model's window, and making it fit where it does not."""

from __future__ import annotations

from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.analysis import TokenAnalysis
from ...domain.tokens.compression import CompressionResult
from .compressor import Compressor


class TokenAnalyzer:
    """Judges texts against the window and the price of a model."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter

    def analyze(self, text: str, model: ModelInfo) -> TokenAnalysis:
        """Count `text` and hold it against `model`."""
        count = self._counter.count(text)
        return TokenAnalysis(model.name, count, model.input_limit, model.cost(Usage(input=count.tokens)))


class SmartTokenAnalyzer(TokenAnalyzer):
    """Compresses as well, but only what needs it."""

    def __init__(self, counter: TokenCounter, compressor: Compressor) -> None:
        super().__init__(counter)
        self._compressor = compressor

    async def analyze_and_compress(self, text: str, limit: int, query: str = "") -> CompressionResult:
        """`text` in at most `limit` tokens: untouched where it fits, compressed where it does not.

        Raises UserError for a limit below zero.
        """
        return await self._compressor.compress(text, limit, query)

    async def fit(self, text: str, model: ModelInfo, query: str = "") -> CompressionResult:
        """`text` in at most what `model` takes as input; a model whose window is not known takes it as it is."""
        limit = model.input_limit or self._counter.count(text).at_most
        return await self._compressor.compress(text, limit, query)
