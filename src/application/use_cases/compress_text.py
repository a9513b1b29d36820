"""Make a text fit into so many tokens."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.models.info import ModelInfo
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.compression import CompressionResult
from ..compression.analyzer import SmartTokenAnalyzer
from ..compression.registry import CompressorRegistry


@dataclass(frozen=True, slots=True)
class CompressTextRequest:
    """A text and how small it shall be: `limit` tokens, or `ratio` times fewer than it has; one of the two.

    `query` is what the text will be read for; `model` is whose tokens are counted ("" for that of the settings).
    """

    text: str
    limit: int | None = None
    ratio: float | None = None
    strategy: str = "auto"
    query: str = ""
    model: str = ""


class CompressText:
    """Compresses only what needs it.

    - A text that fits comes back as it is, whatever the strategy.
    - Tokens are those of the model; where only an estimate is there, its upper bound has to fit.
    - The strategy `llm` asks a model and costs money; every other one costs nothing and sends nothing.
    """

    def __init__(
        self,
        compressors: CompressorRegistry,
        model_named: Callable[[str], ModelInfo],
        counter_for: Callable[[ModelInfo], TokenCounter],
        default_model: ModelInfo,
    ) -> None:
        self._compressors = compressors
        self._model_named = model_named
        self._counter_for = counter_for
        self._default = default_model

    async def execute(self, request: CompressTextRequest) -> CompressionResult:
        """The compressed text; raises UserError for a size that is none, UnknownName for a strategy or model."""
        model = self._model_named(request.model) if request.model else self._default
        counter = self._counter_for(model)
        compressor = self._compressors.get(request.strategy, counter)
        limit = await _limit(request, counter)
        return await SmartTokenAnalyzer(counter, compressor).analyze_and_compress(
            request.text, limit, request.query
        )


async def _limit(request: CompressTextRequest, counter: TokenCounter) -> int:
    if (request.limit is None) == (request.ratio is None):
        raise UserError(
            "a text is compressed to a number of tokens or by a ratio",
            code="limit",
            hint="give one of the two: a limit of 2000 tokens, or a ratio of 4",
        )
    if request.limit is not None:
        return request.limit
    ratio = request.ratio or 0.0
    if not math.isfinite(ratio) or ratio < 1:
        raise UserError(
            f"a ratio of {ratio:g} makes no text smaller", code="ratio", hint="ask for 1 or more, e.g. 4"
        )
    count = await asyncio.to_thread(counter.count, request.text)
    return int(count.at_most / ratio)
