"""Which agents a task needs: set cover over capabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..agents.capability import Capability
from ..agents.template import AgentTemplate

MAX_AGENTS = 10


@dataclass(frozen=True, slots=True)
class Member:
    """An agent in a team and the capabilities that it is there for."""

    template: AgentTemplate
    covers: tuple[Capability, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """A team, and the capabilities that nobody in it has."""

    members: tuple[Member, ...]
    missing: tuple[Capability, ...]


def cover(wanted: Sequence[Capability], templates: Sequence[AgentTemplate], limit: int = MAX_AGENTS) -> Cover:
    """The smallest team that a greedy choice finds: whoever covers most of what is left comes next.

    Ties go to the agent that covers the capability asked for first, then to the earlier template. Greedy set
    cover needs at most ln n + 1 times the fewest agents (Chvátal 1979).
    """
    left = list(dict.fromkeys(wanted))
    members: list[Member] = []
    while left and len(members) < limit:
        best = max(templates, key=lambda t: _gain(t, left), default=None)
        if best is None or not best.capabilities.intersection(left):
            break
        covers = tuple(capability for capability in left if capability in best.capabilities)
        members.append(Member(best, covers))
        left = [capability for capability in left if capability not in covers]
    return Cover(tuple(members), tuple(left))


def _gain(template: AgentTemplate, left: Sequence[Capability]) -> tuple[int, int]:
    places = [index for index, capability in enumerate(left) if capability in template.capabilities]
    return (len(places), -min(places, default=len(left)))
