"""A plan as Markdown."""

from __future__ import annotations

from ...domain.orchestration.plan import ExecutionPlan
from . import plan_words as words
from .markdown_words import cell, escape, table

TEAM = ("Agent", "Model", "Assignment", "Covers", "Because", "Estimate")


def render(plan: ExecutionPlan) -> str:
    """Who does what and why, and what it is expected to take."""
    facts = [(name, escape(value)) for name, value in words.facts(plan)]
    estimate = [(name, escape(value)) for name, value in words.estimate(plan.estimate)]
    lines = [f"# Plan: {escape(plan.task)}", "", *table(("What", "Which"), facts)]
    lines += [
        "## Team",
        "",
        *table(("Agent", "Model", "Assignment", "Covers", "Because", "Estimate"), _team(plan)),
    ]
    lines += ["## Estimate", "", *table(("What", "How much"), estimate)]
    if plan.gates:
        lines += ["## Gates", "", *(f"- {escape(words.gate(gate))}" for gate in plan.gates), ""]
    if plan.uncovered:
        missing = [f"- {item.capability.words}: {escape(item.reason)}" for item in plan.uncovered]
        lines += ["## Not covered", "", *missing, ""]
    if reasons := (*plan.requirements.reasons, *plan.reasons):
        why = [f"- {escape(reason.conclusion)}: {escape(reason.evidence)}" for reason in reasons]
        lines += ["## Why", "", *why, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _team(plan: ExecutionPlan) -> list[tuple[str, ...]]:
    return [
        (
            cell(agent.agent),
            cell(agent.model),
            escape(agent.assignment),
            words.covers(agent),
            escape(agent.because),
            escape(words.short_estimate(agent.estimate)),
        )
        for agent in plan.agents
    ]
