"""The choice of a model for a kind of work, within limits, with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .info import Latency, ModelCapability, ModelInfo
from .registry import ModelRegistry
from .tasks import NO_OVERRIDES, TaskType, task_type, tier_for
from .tier import ModelTier
from .usage import Usage

TYPICAL = Usage(input=10_000, output=1_000)
"""The call that prices are compared by."""
SHOWN = 4
SPEEDS = tuple(Latency)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a model must be; prices are dollars per million tokens, and an unpriced model is within none.

    `providers` in order of preference; empty is any. `min_window` are tokens of input and output together.
    """

    providers: tuple[str, ...] = ()
    tier: ModelTier | None = None
    max_input_price: Decimal | None = None
    max_output_price: Decimal | None = None
    min_window: int = 0
    capabilities: frozenset[ModelCapability] = frozenset()
    latency: Latency | None = None
    deprecated: bool = False
    judges: bool = True


ANYTHING = Constraints()


@dataclass(frozen=True, slots=True)
class Other:
    """A model that was not chosen, and why."""

    model: ModelInfo
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that was chosen (None when none will do), why it, and why not the nearest others."""

    model: ModelInfo | None
    tier: ModelTier | None
    reasons: tuple[str, ...]
    others: tuple[Other, ...] = ()

    def cost(self, usage: Usage = TYPICAL) -> Decimal | None:
        """Dollars for one call of the chosen model; None when there is no model or no price."""
        return None if self.model is None else self.model.cost(usage)


class ModelSelector:
    """Chooses among the models of a registry; `overrides` are the user's own tiers of kinds of work."""

    def __init__(
        self, registry: ModelRegistry, overrides: Mapping[TaskType, ModelTier] = NO_OVERRIDES
    ) -> None:
        self._registry = registry
        self._overrides = overrides

    def for_task(self, task: TaskType | str, within: Constraints = ANYTHING) -> Choice:
        """The model for a kind of work: one that a provider uses for its tier, if it is `within` the limits."""
        return self.for_tier(self.tier_of(task), within, self.why_tier(task))

    @property
    def registry(self) -> ModelRegistry:
        """The models that are chosen from."""
        return self._registry

    def tier_of(self, task: TaskType | str) -> ModelTier:
        """The tier of a kind of work, the user's own table first."""
        return tier_for(task, self._overrides)

    def why_tier(self, task: TaskType | str) -> str:
        """Why a kind of work belongs to its tier."""
        known = task_type(task)
        if known is None:
            return f"{task!r} is no known kind of work, and what is not known is work for a capable model"
        by = "your configuration" if known in self._overrides else "the table of tasks"
        return f"{known.words} is work for a {self.tier_of(known).value} model by {by}"

    def for_tier(self, tier: ModelTier, within: Constraints = ANYTHING, why: str = "") -> Choice:
        """The model for the work of a tier, or of the next one up when none of its models will do."""
        choice = self._in_tier(tier, within, (why,) if why else ())
        if choice.model is not None or tier.next is None:
            return choice
        higher = self.for_tier(tier.next, within)
        if higher.model is None:
            return choice
        said = (*choice.reasons[:-1], f"no {tier.value} model is within these limits", *higher.reasons)
        return replace(higher, reasons=said)

    def _in_tier(self, tier: ModelTier, within: Constraints, why: tuple[str, ...]) -> Choice:
        """When no provider's own model for the tier will do, the cheapest of all in it."""
        standing = [self._registry.get_model(name, tier) for name in self._providers(within)]
        able = [model for model in standing if model is not None and not list(faults(model, within))]
        made = [model for model in able if self._made_for(model) is tier]
        pool = self._registry.get_models_by_tier(tier)
        if not able:
            able = [model for model in pool if not list(faults(model, within))]
        elif made and not within.providers:
            able = made  # others only stand in, for a provider that has nothing better
        return _choice(able, pool, within, tier, why)

    def select(self, within: Constraints) -> Choice:
        """The cheapest model within the limits, of whichever tier unless they name one."""
        if within.tier is not None:
            pool = self._registry.get_models_by_tier(within.tier)
        else:
            pool = self._registry.get_all_models()
        able = [model for model in pool if not list(faults(model, within))]
        return _choice(able, pool, within, within.tier, ())

    def _made_for(self, model: ModelInfo) -> ModelTier | None:
        known = self._registry.get_model_by_id(model.name)
        return None if known is None else known.tier

    def _providers(self, within: Constraints) -> Sequence[str]:
        return within.providers or self._registry.list_providers()


def faults(model: ModelInfo, within: Constraints) -> Iterator[str]:
    """Why a model is not within the limits, in words; nothing when it is."""
    if within.providers and model.provider.lower() not in {name.lower() for name in within.providers}:
        yield f"is not at {' or '.join(within.providers)}"
    if model.deprecated and not within.deprecated:
        yield "is deprecated"
    if within.judges and not model.judges:
        yield "arranges evidence and judges nothing"
    yield from _limits(model, within)
    lacking = sorted(capability.value for capability in within.capabilities - model.capabilities)
    if lacking:
        yield f"is not known to have {', '.join(lacking)}"


def _limits(model: ModelInfo, within: Constraints) -> Iterator[str]:
    if within.min_window > model.context_window:
        yield f"has a window of {model.context_window:,} tokens, not {within.min_window:,}"
    prices = model.prices
    for name, most in (("input", within.max_input_price), ("output", within.max_output_price)):
        price = None if prices is None else prices.input if name == "input" else prices.output
        if most is not None and price is None:
            yield f"is unpriced, and its {name} may cost ${most:f}"
        elif most is not None and price is not None and price > most:
            yield f"costs ${price:f} per million tokens of {name}, not ${most:f}"
    if within.latency is not None and SPEEDS.index(model.latency) > SPEEDS.index(within.latency):
        yield f"is {model.latency.value}, not {within.latency.value}"


def _choice(
    able: Sequence[ModelInfo],
    pool: Sequence[ModelInfo],
    within: Constraints,
    tier: ModelTier | None,
    reasons: tuple[str, ...],
) -> Choice:
    """The first able model by preference and price, and what is nearest to it."""
    ranked = sorted(able, key=lambda model: _rank(model, within))
    if not ranked:
        return Choice(None, tier, (*reasons, "no model is within these limits"), _failed(pool, within, SHOWN))
    best = ranked[0]
    chosen = (*reasons, *_praise(best, ranked, within))
    others = [Other(model, _compared(model, best, within)) for model in ranked[1 : SHOWN - 1]]
    return Choice(best, tier or best.tier, chosen, (*others, *_failed(pool, within, SHOWN - len(others))))


def _rank(model: ModelInfo, within: Constraints) -> tuple[int, bool, Decimal]:
    order = [name.lower() for name in within.providers]
    cost = model.cost(TYPICAL)
    return (order.index(model.provider.lower()) if order else 0, cost is None, cost or Decimal(0))


def _praise(best: ModelInfo, ranked: Sequence[ModelInfo], within: Constraints) -> Iterator[str]:
    if len(within.providers) > 1:
        yield f"{best.provider} is the first of {', '.join(within.providers)} that has one for it"
        ranked = [model for model in ranked if model.provider == best.provider]
    if len(ranked) > 1:
        yield f"it is the cheapest of {len(ranked)} that would do, by a call of 10,000 tokens in and 1,000 out"
    else:
        yield "it is the only model that would do" + (f" at {best.provider}" if within.providers else "")


def _compared(model: ModelInfo, best: ModelInfo, within: Constraints) -> str:
    cost, least = model.cost(TYPICAL), best.cost(TYPICAL)
    if cost is None:
        return "is unpriced"
    if within.providers and model.provider.lower() != best.provider.lower():
        return "its provider comes later in the order of preference"
    if not least:
        return (
            f"costs ${cost.normalize():f} for the same call" if cost else "costs as little, but comes later"
        )
    return "costs the same, but comes later" if cost == least else f"costs {cost / least:.1f} times as much"


def _failed(pool: Sequence[ModelInfo], within: Constraints, most: int) -> tuple[Other, ...]:
    """The models that fail by the fewest limits; those that nobody would expect here are not worth a word."""
    asked = {name.lower() for name in within.providers}
    expected = [
        model
        for model in pool
        if model.judges and not model.deprecated and (not asked or model.provider.lower() in asked)
    ]
    told = [(model, list(faults(model, within))) for model in expected]
    near = sorted((each for each in told if each[1]), key=lambda each: len(each[1]))
    return tuple(Other(model, " and ".join(why)) for model, why in near[:most])
