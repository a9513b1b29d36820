"""Compression strategies by name."""

from __future__ import annotations

from collections.abc import Callable

from ...domain.errors import UnknownName, UserError
from ...domain.models.exchange import CallContext
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .auto import Auto
from .compressor import Compressor, SelectingCompressor
from .extractive import Extractive
from .keyword import Keyword
from .llm_summary import NAME as LLM
from .llm_summary import LlmSummary
from .selected import Select
from .skeleton import Skeleton
from .truncation import Truncation

SELECTS: dict[str, Callable[[], Select]] = {
    Truncation.name: Truncation,
    Keyword.name: Keyword,
    Extractive.name: Extractive,
    Skeleton.name: Skeleton,
    Auto.name: Auto,
}
STRATEGIES = (Truncation.name, Keyword.name, Extractive.name, Skeleton.name, LLM, Auto.name)
"""Names of all strategies, the simplest first."""


class CompressorRegistry:
    """Makes the compressor that a name asks for; `model` writes summaries, None where there is none to ask."""

    def __init__(
        self, counter: TokenCounter, clock: Clock, model: Callable[[], LanguageModel] | None = None
    ) -> None:
        self._counter = counter
        self._clock = clock
        self._model = model

    def names(self) -> tuple[str, ...]:
        """Every strategy that can be asked for."""
        return STRATEGIES

    def get(
        self, name: str = Auto.name, counter: TokenCounter | None = None, context: CallContext | None = None
    ) -> Compressor:
        """The compressor called `name`, counting by `counter` instead of its own where that is given.

        Raises UnknownName for a name that nothing answers to, UserError for `llm` without a model.
        """
        counts = counter or self._counter
        if name == LLM:
            return self._summary(counts, context)
        make = SELECTS.get(name)
        if make is None:
            raise UnknownName(
                f"unknown compression strategy {name!r}",
                details={"kind": "compression strategy", "name": name, "known": list(STRATEGIES)},
                hint=f"known: {', '.join(STRATEGIES)}",
            )
        return SelectingCompressor(make(), counts, self._clock)

    def _summary(self, counter: TokenCounter, context: CallContext | None) -> Compressor:
        if self._model is None:
            raise UserError(
                "no language model is there to write a summary",
                code="no-model",
                hint="set one up, or choose another strategy",
            )
        fallback = SelectingCompressor(Extractive(), counter, self._clock)
        return LlmSummary(self._model(), fallback, counter, self._clock, context)
