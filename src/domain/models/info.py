"""What is known about a language model before it is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from .tier import ModelTier
from .usage import Usage

MILLION = Decimal(1_000_000)


class ModelCapability(StrEnum):
    """What a model can do besides answering in text."""

    TOOLS = "tools"
    VISION = "vision"
    STRUCTURED_OUTPUT = "structured_output"
    REASONING = "reasoning"


class Latency(StrEnum):
    """How long an answer takes, in classes; no promise."""

    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class PriceStep:
    """Prices that hold for the whole call once its input has more than `above` tokens."""

    above: int
    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """US dollars per million tokens.

    `steps` are the prices of long inputs, in rising order; `batch` is the share of the price that a call in a
    batch costs, None where the provider has no batches.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    steps: tuple[PriceStep, ...] = ()
    batch: Decimal | None = None

    def cost(self, usage: Usage, *, batch: bool = False) -> Decimal:
        """Dollars for the `usage` of one call: each kind of token at its own price, nothing rounded."""
        at = self.at(usage.read)
        dollars = (
            usage.input * at.input
            + usage.output * at.output
            + usage.cache_read * at.cache_read
            + usage.cache_write * at.cache_write
        ) / MILLION
        return dollars * self.batch if batch and self.batch is not None else dollars

    def at(self, read: int) -> ModelPrices | PriceStep:
        """The prices of a call that reads so many tokens."""
        return next((step for step in reversed(self.steps) if read > step.above), self)


FREE = ModelPrices(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Identity, limits (tokens) and prices of a model; `prices=None` means unpriced, never free.

    `context_window` holds input and output together; `max_input` is less where the provider says so, and 0
    where it is the same. `judges` is false for a model that only arranges evidence: nothing it says is an
    opinion. `temperature` tells whether the model takes one. `source` says where the figures come from.
    """

    id: str
    provider: str
    tier: ModelTier
    context_window: int
    max_output: int
    prices: ModelPrices | None
    judges: bool = True
    max_input: int = 0
    capabilities: frozenset[ModelCapability] = frozenset({ModelCapability.TOOLS})
    latency: Latency = Latency.MEDIUM
    temperature: bool = True
    deprecated: bool = False
    source: str = ""

    @property
    def name(self) -> str:
        """`provider/id`, as reports print it."""
        return f"{self.provider}/{self.id}"

    @property
    def input_limit(self) -> int:
        """Tokens that may be sent; 0 when nothing is known."""
        return min(self.max_input, self.context_window) if self.max_input else self.context_window

    def can(self, capability: ModelCapability) -> bool:
        """Whether the model has `capability`."""
        return capability in self.capabilities

    def cost(self, usage: Usage, *, batch: bool = False) -> Decimal | None:
        """Dollars for the `usage` of one call, or None when the model is unpriced."""
        return None if self.prices is None else self.prices.cost(usage, batch=batch)

    def in_tier(self, tier: ModelTier) -> ModelInfo:
        """The same model, used for the work of `tier`."""
        return self if tier is self.tier else replace(self, tier=tier)
