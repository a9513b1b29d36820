"""What is known about a language model before it is called."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .tier import ModelTier
from .usage import Usage

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """US dollars per million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal

    def cost(self, usage: Usage) -> Decimal:
        """Dollars for `usage`: each kind of token at its own price, nothing rounded."""
        return (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_read * self.cache_read
            + usage.cache_write * self.cache_write
        ) / MILLION


FREE = ModelPrices(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Identity, limits (tokens) and prices of a model; `prices=None` means unpriced, never free.

    `judges` is false for a model that only arranges evidence: nothing it says is an opinion.
    """

    id: str
    provider: str
    tier: ModelTier
    context_window: int
    max_output: int
    prices: ModelPrices | None
    judges: bool = True

    @property
    def name(self) -> str:
        """`provider/id`, as reports print it."""
        return f"{self.provider}/{self.id}"

    def cost(self, usage: Usage) -> Decimal | None:
        """Dollars for `usage`, or None when the model is unpriced."""
        return None if self.prices is None else self.prices.cost(usage)
