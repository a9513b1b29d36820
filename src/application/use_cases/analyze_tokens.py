"""Say what texts take of a model's window, and what they would cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ...domain.models.info import ModelInfo
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.analysis import TokenAnalysis
from ..compression.analyzer import TokenAnalyzer


@dataclass(frozen=True, slots=True)
class AnalyzeTokensRequest:
    """Texts, and the model (`provider/id`, a provider, an id; "" for that of the settings) that would read them."""

    texts: tuple[str, ...]
    model: str = ""


class AnalyzeTokens:
    """Counts by the vocabulary of the model, and says where that is only an estimate.

    Texts are counted one by one, as if each were sent alone; nothing is sent. Where neither the settings nor the
    request name a language model, no window and no price holds: the analysis has no model then.
    """

    def __init__(
        self,
        model_named: Callable[[str], ModelInfo],
        counter_for: Callable[[ModelInfo], TokenCounter],
        default_model: ModelInfo,
    ) -> None:
        self._model_named = model_named
        self._counter_for = counter_for
        self._default = default_model

    async def execute(self, request: AnalyzeTokensRequest) -> tuple[TokenAnalysis, ...]:
        """One analysis a text, in their order; raises UnknownName for a model that does not exist."""
        model = self._model_named(request.model) if request.model else self._default
        analyzer = TokenAnalyzer(self._counter_for(model))
        found = await asyncio.to_thread(
            lambda: tuple(analyzer.analyze(text, model) for text in request.texts)
        )
        if model.judges:
            return found
        return tuple(TokenAnalysis("", one.count, 0, None) for one in found)
