"""Counting and compressing texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..domain.models.info import ModelInfo
from ..domain.models.tier import ModelTier
from ..domain.ports.clock import Clock
from ..domain.ports.token_counter import TokenCounter

if TYPE_CHECKING:
    from ..application.compression.registry import CompressorRegistry
    from ..application.models.choice import ModelChoice
    from ..application.models.pool import ModelPool
    from ..application.use_cases.analyze_tokens import AnalyzeTokens
    from ..application.use_cases.compress_text import CompressText

CounterFor = Callable[[ModelInfo], TokenCounter]


def compressors(counter: TokenCounter, clock: Clock, pool: ModelPool) -> CompressorRegistry:
    """All strategies; summaries are written by the model of the cheap tier, if it can write."""
    from ..application.compression.registry import CompressorRegistry

    writes = pool.info(ModelTier.CHEAP).judges
    return CompressorRegistry(counter, clock, (lambda: pool.client(ModelTier.CHEAP)) if writes else None)


def analyze_tokens(choice: ModelChoice, counter_for: CounterFor, pool: ModelPool) -> AnalyzeTokens:
    """What texts take."""
    from ..application.use_cases.analyze_tokens import AnalyzeTokens

    return AnalyzeTokens(choice.named, counter_for, pool.info(ModelTier.CAPABLE))


def compress_text(
    compressors: CompressorRegistry, choice: ModelChoice, counter_for: CounterFor, pool: ModelPool
) -> CompressText:
    """Texts made smaller."""
    from ..application.use_cases.compress_text import CompressText

    return CompressText(compressors, choice.named, counter_for, pool.info(ModelTier.CAPABLE))
