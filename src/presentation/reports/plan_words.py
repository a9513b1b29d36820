"""The words of a plan that its formats share."""

from __future__ import annotations

from decimal import Decimal

from ...domain.orchestration.gates import KINDS, Gate
from ...domain.orchestration.plan import Estimate, ExecutionPlan, PlannedAgent, Range
from . import wording


def tokens(spread: Range) -> str:
    """Tokens as a range with what is expected, or one number when there is nothing to spread."""
    if spread.low == spread.high:
        return f"{spread.expected:,.0f} tokens"
    return f"{spread.low:,.0f}–{spread.high:,.0f} tokens (expected {spread.expected:,.0f})"


def seconds(spread: Range) -> str:
    """Wall time as a range with what is expected."""
    low, expected, high = (wording.duration(value) for value in (spread.low, spread.expected, spread.high))
    return expected if low == high else f"{low} – {high} (expected {expected})"


def cost(amounts: tuple[Decimal, Decimal, Decimal] | None) -> str:
    """Dollars as a range with what is expected; `$0.00` when nothing is paid for."""
    if amounts is None:
        return wording.money(None)
    low, expected, high = (wording.money(amount) for amount in amounts)
    return expected if low == high else f"{low}–{high} (expected {expected})"


def estimate(value: Estimate) -> list[tuple[str, str]]:
    """(what, how much) of an estimate."""
    return [
        ("cost", cost(value.cost)),
        ("tokens", tokens(value.tokens).replace(" tokens", "")),
        ("time", seconds(value.seconds)),
        ("basis", value.basis),
    ]


def short_estimate(value: Estimate) -> str:
    """An estimate in one line."""
    return ", ".join((cost(value.cost), tokens(value.tokens), seconds(value.seconds)))


def covers(agent: PlannedAgent) -> str:
    """What an agent is there for."""
    return ", ".join(capability.words for capability in agent.covers) or "nothing in particular"


def gate(value: Gate) -> str:
    """`coverage ≥ 80 %`."""
    sign = wording.SIGNS[KINDS[value.name].direction] if value.name in KINDS else "="
    return f"{value.name} {sign} {wording.number(value.threshold)}{wording.unit(value.name)}"


def facts(plan: ExecutionPlan) -> list[tuple[str, str]]:
    """(what, which) of a plan as a whole."""
    needs = plan.requirements
    rows = [
        ("folder", plan.root),
        ("task", f"{needs.complexity} {needs.domain.replace('_', ' ')}"),
        ("pattern", f"{plan.pattern}, at most {plan.max_concurrency} at a time"),
        ("changed since", plan.since or ""),
        ("allowed", ", ".join(sorted(plan.granted))),
    ]
    return [(name, value) for name, value in rows if value]
