"""What a step, and a team, will take: from earlier runs of the like, else from a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from ...domain.memory.calibration import Calibration
from ...domain.memory.outcome import StepOutcome
from ...domain.models.info import Latency, ModelInfo
from ...domain.models.usage import Usage
from ...domain.orchestration.plan import Estimate, Range
from .patterns.base import Bound, CompositionPattern

OUTPUT_SHARE = 0.15
"""Share of a step's tokens that the model writes; the rest it reads."""
TEMPLATE = "a template: no earlier run of this agent and model"
"""What a guess rests on; also of one that was moved it begins with "a template"."""
ANSWERS = {
    Latency.FAST: (1.0, 8.0, 60.0),
    Latency.MEDIUM: (2.0, 20.0, 150.0),
    Latency.SLOW: (4.0, 45.0, 300.0),
}
"""Seconds that a language model takes for all answers of a step: a guess of ours until there are earlier runs."""
SPREAD = 1.5
"""How far beyond the extremes of what was seen the range reaches."""


def step_estimate(model: ModelInfo, tools: int, code_lines: int, earlier: Sequence[StepOutcome]) -> Estimate:
    """One agent's step on `code_lines` lines of code."""
    if earlier:
        return _from_history(model, code_lines, earlier)
    thousands = code_lines / 1000
    tokens = Range(400 + 150 * tools, 800 + 1500 * tools, 3000 + 6000 * tools)
    seconds = Range(
        0.1, 0.3 + 0.3 * tools + 0.03 * tools * thousands, 3 + 2 * tools + 0.2 * tools * thousands
    )
    if model.judges:
        low, expected, high = ANSWERS[model.latency]
        seconds = Range(seconds.low + low, seconds.expected + expected, seconds.high + high)
    return Estimate(tokens, seconds, _cost(model, tokens), TEMPLATE)


def calibrated(
    estimate: Estimate, model: ModelInfo, tokens: Calibration | None, seconds: Calibration | None
) -> Estimate:
    """A guess from a template, moved and widened by how far such guesses were off, and saying so."""
    if tokens is None or seconds is None:
        return estimate
    counts = tokens.apply(estimate.tokens)
    basis = (
        f"a template, with tokens ×{tokens.factor:.2g} and seconds ×{seconds.factor:.2g} as {seconds.cases} earlier "
        "steps of this model suggest: no earlier run of this agent and model"
    )
    return Estimate(counts, seconds.apply(estimate.seconds), _cost(model, counts), basis)


def _from_history(model: ModelInfo, code_lines: int, earlier: Sequence[StepOutcome]) -> Estimate:
    scaled = [outcome.seconds * _scale(code_lines, outcome.code_lines) for outcome in earlier]
    seconds = Range(min(scaled) / SPREAD, median(scaled), max(scaled) * SPREAD)
    counts = [outcome.tokens for outcome in earlier]
    tokens = Range(min(counts) / SPREAD, median(counts), max(counts) * SPREAD)
    times = "1 earlier run" if len(earlier) == 1 else f"{len(earlier)} earlier runs"
    return Estimate(tokens, seconds, _cost(model, tokens), f"{times} of this agent and model")


def _scale(now: int, then: int) -> float:
    """Time grows with the code, but start-up does not: half of it is taken as fixed, within a factor of 20."""
    return min(20.0, max(0.05, 0.5 + 0.5 * max(now, 1) / max(then, 1)))


BOUNDS = (Bound.LEAST, Bound.USUAL, Bound.MOST)
"""The courses of a pattern that the low, the expected and the high end of an estimate are about."""


def team_estimate(steps: Sequence[Estimate], pattern: CompositionPattern, limit: int) -> Estimate:
    """All steps together: tokens and dollars as often as each runs, seconds as the pattern runs them.

    The low end is the pattern's shortest course with every step at its least, the high end the longest at its most.
    """
    times = [pattern.turns(len(steps), bound) for bound in BOUNDS]
    by_bound = list(zip(*(_triple(step.tokens) for step in steps), strict=True))
    tokens = Range(*(_weighed(turns, values) for turns, values in zip(times, by_bound, strict=True)))
    lasting = zip(BOUNDS, zip(*(_triple(step.seconds) for step in steps), strict=True), strict=True)
    seconds = Range(*(pattern.seconds(values, limit, bound) for bound, values in lasting))
    return Estimate(tokens, seconds, _total([step.cost for step in steps], times), _basis(steps))


def _weighed(turns: Sequence[float], values: Sequence[float]) -> float:
    return sum(each * value for each, value in zip(turns, values, strict=True))


def _basis(steps: Sequence[Estimate]) -> str:
    """What the sum rests on, with the number of agents where they differ."""
    bases = Counter(step.basis for step in steps)
    if len(bases) == 1:
        return next(iter(bases))
    fresh = [basis for basis in bases.elements() if _is_template(basis)]
    if len(fresh) == len(steps):
        return max(fresh, key=len)
    known = f"earlier runs for {len(steps) - len(fresh)} of {len(steps)} agents"
    moved = max(fresh, key=len, default="").partition(":")[0]
    return f"{known}, {moved} for the others" if fresh else known


def from_template(estimate: Estimate) -> bool:
    """Whether nothing of it was measured."""
    return _is_template(estimate.basis)


def _is_template(basis: str) -> bool:
    return basis.startswith("a template")


def _triple(value: Range) -> tuple[float, float, float]:
    return (value.low, value.expected, value.high)


def _cost(model: ModelInfo, tokens: Range) -> tuple[Decimal, Decimal, Decimal] | None:
    low, expected, high = (model.cost(_usage(count)) for count in _triple(tokens))
    return None if low is None or expected is None or high is None else (low, expected, high)


def _usage(tokens: float) -> Usage:
    written = round(tokens * OUTPUT_SHARE)
    return Usage(input=round(tokens) - written, output=written)


def _total(
    costs: Sequence[tuple[Decimal, Decimal, Decimal] | None], times: Sequence[Sequence[float]]
) -> tuple[Decimal, Decimal, Decimal] | None:
    """What all steps cost, each as often as it runs; None when one of them has no price."""
    known = [cost for cost in costs if cost is not None]
    if len(known) != len(costs):
        return None
    low, expected, high = (
        sum((Decimal(str(each)) * cost for each, cost in zip(turns, bound, strict=True)), Decimal(0))
        for turns, bound in zip(times, zip(*known, strict=True), strict=True)
    )
    return (low, expected, high)
