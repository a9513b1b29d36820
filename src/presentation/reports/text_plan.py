"""A plan for a terminal: who does what and why, and what it is expected to take."""

from __future__ import annotations

from ...domain.orchestration.plan import ExecutionPlan
from . import Look
from . import plan_words as words
from .paper import Paper


def render(plan: ExecutionPlan, look: Look) -> str:
    """The plan in lines of at most `look.width` columns."""
    paper = Paper(look)
    paper.line(("PLAN", "bold"), ("  ", ""), (plan.task, ""))
    paper.rows([((name, "dim"), (value, "")) for name, value in words.facts(plan)])
    _team(paper, plan)
    paper.rule("Estimate")
    paper.rows([((name, "dim"), (value, "")) for name, value in words.estimate(plan.estimate)])
    if plan.gates:
        paper.rule("Gates")
        for gate in plan.gates:
            paper.line((words.gate(gate), ""), indent=2)
    if plan.uncovered:
        paper.rule(f"Not covered: {len(plan.uncovered)}")
        paper.rows([((item.capability.words, "yellow"), (item.reason, "")) for item in plan.uncovered])
    if reasons := (*plan.requirements.reasons, *plan.reasons):
        paper.rule("Why")
        for reason in reasons:
            paper.line((reason.conclusion, ""), (f": {reason.evidence}", "dim"), indent=2)
    return paper.finish()


def _team(paper: Paper, plan: ExecutionPlan) -> None:
    paper.rule(f"Team: {len(plan.agents)}")
    for agent in plan.agents:
        paper.line((agent.agent, "bold"), (f"  {agent.model}", "dim"), indent=2)
        paper.line((agent.assignment, ""), indent=4)
        paper.line((f"covers {words.covers(agent)}; because {agent.because}", "dim"), indent=4)
        paper.line((words.short_estimate(agent.estimate), "dim"), indent=4)
