"""Who a pattern needs besides those who do the work, and where everybody sits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...domain.agents.template import AgentTemplate
from ...domain.models.tier import ModelTier
from ...domain.orchestration.composition import Composition
from ...domain.orchestration.team import Member

PLANNER, SYNTHESISER, CRITIC = "planner", "synthesiser", "critic"
MORE = ("code-reviewer", "critic", "researcher", "security-auditor")
"""Who joins when a pattern takes more agents than the task asks for."""
CONDITIONAL_SEATS = 3


@dataclass(frozen=True, slots=True)
class Need:
    """How many working agents a pattern is worth its while with, and who stands before and behind them."""

    workers: int = 1
    head: str = ""
    tail: str = ""
    why: str = ""


NEEDS: Mapping[str, Need] = {
    "hierarchical": Need(head=PLANNER, why="leads the team"),
    "refinement": Need(tail=CRITIC, why="criticises the drafts"),
    "debate": Need(2, tail=SYNTHESISER, why="judges the debate"),
    "voting": Need(3),
    "teaching": Need(2),
    "adaptive": Need(2, head=PLANNER, why="picks the specialist"),
    "conditional": Need(2),
    "nested": Need(2, tail=SYNTHESISER, why="makes one result of the others'"),
}


@dataclass(frozen=True, slots=True)
class Lineup:
    """The team in its order, and why those are in it whom the task did not ask for."""

    members: tuple[Member, ...]
    because: Mapping[str, str]


def line_up(members: Sequence[Member], pattern: str, templates: Mapping[str, AgentTemplate]) -> Lineup:
    """The team that a pattern needs: its lead, judge or critic, and enough agents that do the work."""
    need = NEEDS.get(pattern, Need())
    because: dict[str, str] = {}
    ends = {name: templates[name] for name in (need.head, need.tail) if name in templates}
    workers = [member for member in members if member.template.id not in ends]
    for name in dict.fromkeys((*MORE, *templates)):
        if len(workers) >= need.workers:
            break
        if name in templates and name not in ends and all(name != w.template.id for w in workers):
            workers.append(Member(templates[name], ()))
            because[name] = f"{pattern} takes more than the task asks for"
    if pattern == "teaching":
        workers.sort(key=lambda member: list(ModelTier).index(member.template.tier))
    covers = {member.template.id: member.covers for member in members}
    seated = {name: Member(template, covers.get(name, ())) for name, template in ends.items()}
    because |= {name: need.why for name, member in seated.items() if not member.covers}
    team = [seated.get(need.head), *workers, seated.get(need.tail)]
    return Lineup(tuple(member for member in team if member is not None), because)


def seating(pattern: str, names: Sequence[str]) -> Composition | None:
    """The tree of a team whose pattern is more than a row of agents, None for one that is not."""
    if pattern == "nested" and len(names) > 1:
        side_by_side = Composition("parallel", tuple(names[:-1]), name="side-by-side")
        return Composition("sequential", (side_by_side, names[-1]))
    if pattern == "conditional" and len(names) > CONDITIONAL_SEATS:
        follow_up = Composition("parallel", tuple(names[1:]), name="follow-up")
        return Composition("conditional", (names[0], follow_up))
    return None
