"""Patterns inside patterns: a tree of teams in which each agent of a plan has one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import UserError

MAX_DEPTH = 4
"""Patterns inside patterns inside patterns: what is deeper than this nobody can follow."""
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Composition:
    """A pattern with its members, each an agent's id or another composition, and what is set for it.

    `name` is what the team is called where it stands for an agent.
    """

    pattern: str
    members: tuple[str | Composition, ...]
    options: Mapping[str, Scalar] = field(default_factory=dict)
    name: str = ""

    def agents(self) -> Iterator[str]:
        """The ids of all agents in the tree, from left to right."""
        for member in self.members:
            if isinstance(member, str):
                yield member
            else:
                yield from member.agents()

    @property
    def depth(self) -> int:
        """1 for a pattern of agents alone, one more for each level of teams below it."""
        below = (member.depth for member in self.members if isinstance(member, Composition))
        return 1 + max(below, default=0)

    def refuse_unfit(self, agents: Sequence[str]) -> None:
        """Raise UserError unless the tree is shallow enough, and each of `agents` has exactly one place in it."""
        if self.depth > MAX_DEPTH:
            raise UserError(
                f"the composition is {self.depth} levels deep, more than {MAX_DEPTH}",
                code="composition",
                hint="put fewer patterns inside each other",
            )
        places = Counter(self.agents())
        faults = (
            ("stands {n} times in the composition", [name for name, n in places.items() if n > 1]),
            ("stands in the composition, but not among the agents", [n for n in places if n not in agents]),
            ("has no place in the composition", [name for name in agents if name not in places]),
        )
        for words, names in faults:
            if names:
                told = words.format(n=places[names[0]])
                hint = "name each agent of the plan once in the composition"
                raise UserError(f"agent {names[0]!r} {told}", code="composition", hint=hint)
