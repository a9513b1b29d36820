"""Patterns by name, and the pattern of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from ....domain.errors import UnknownName, UserError
from ....domain.orchestration.composition import Composition
from ....domain.orchestration.plan import ExecutionPlan
from .adaptive import Adaptive
from .base import CompositionPattern
from .conditional import Conditional
from .debate import Debate
from .hierarchical import Hierarchical
from .installed import installed, load
from .nested import Nested, Node
from .parallel import Parallel
from .refinement import Refinement
from .sequential import Sequential
from .teaching import Teaching
from .voting import Voting

PATTERNS: Mapping[str, CompositionPattern] = {
    pattern.name: pattern
    for pattern in (
        Sequential(),
        Parallel(),
        Refinement(),
        Hierarchical(),
        Debate(),
        Voting(),
        Teaching(),
        Adaptive(),
        Conditional(),
        Nested(),
    )
}

ARITIES: Mapping[str, tuple[int, int]] = {
    name: (pattern.arity.least, pattern.arity.most) for name, pattern in PATTERNS.items()
}
"""The fewest and the most agents that each built-in pattern takes."""


def pattern_named(name: str) -> CompositionPattern:
    """The pattern called `name`, built in or installed.

    Raises UnknownName that lists the known ones, ConfigurationError when what is installed under that name is broken.
    """
    wanted = name.strip().lower()
    if wanted in PATTERNS:
        return PATTERNS[wanted]
    others = installed()
    if wanted not in others:
        raise UnknownName.of("pattern", name, {*PATTERNS, *others})
    return load(wanted, others[wanted], PATTERNS)


def known_patterns() -> Mapping[str, CompositionPattern]:
    """All patterns, the built-in ones first; raises ConfigurationError for one that is broken."""
    others = {name: load(name, points, PATTERNS) for name, points in sorted(installed().items())}
    return {**PATTERNS, **others}


def pattern_of(plan: ExecutionPlan) -> CompositionPattern:
    """The pattern of a plan, with its options and its tree, ready to run.

    Raises UserError for a team that cannot work so, for options that are wrong, and for a composition that does not
    fit the agents; UnknownName and ConfigurationError as `pattern_named` does.
    """
    names = [agent.agent for agent in plan.agents]
    tree = plan.composition
    if tree is None:
        pattern = pattern_named(plan.pattern)
        pattern.refuse(names)
        return pattern
    if plan.pattern.strip().lower() not in {tree.pattern.strip().lower(), Nested.name}:
        words = f"the plan has the pattern {plan.pattern!r}, its composition {tree.pattern!r}"
        raise UserError(words, code="composition", hint="write the same pattern in both places")
    tree.refuse_unfit(names)
    return Nested(_node(tree, {name: place for place, name in enumerate(names)}, tree.name))


def _node(tree: Composition, places: Mapping[str, int], name: str) -> Node:
    pattern = pattern_named(tree.pattern)
    if isinstance(pattern, Nested):
        hint = "write the pattern that its members work in"
        raise UserError("a composition cannot have the pattern 'nested'", code="composition", hint=hint)
    seats: list[int | Node] = []
    called: list[str] = []
    for position, member in enumerate(tree.members, 1):
        if isinstance(member, str):
            seats.append(places[member])
            called.append(member)
        else:
            path = member.name or f"{name}.{position}".lstrip(".")
            seats.append(_node(member, places, path))
            called.append(f"team:{path}")
    twice = next((each for each in called if called.count(each) > 1), "")
    if twice:
        raise UserError(
            f"{twice!r} is the name of two members", code="composition", hint="give one another name"
        )
    configured = pattern.configured(tree.options)
    configured.refuse(called)
    return Node(configured, tuple(seats), name)
