"""Options about how a run is driven: what a person is asked, what is tried again, what is in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ...domain.errors import UnknownName
from ...domain.orchestration.approvals import DoubtPolicy
from ...domain.orchestration.escalation import LIMIT
from . import options as o

if TYPE_CHECKING:
    from ...application.use_cases.run_task import RunOptions
    from ...container import Container

ALL_THAT_ACT = "*"
POLICIES = tuple(policy.value for policy in DoubtPolicy)
in_doubt = click.option(
    "--in-doubt",
    type=o.Names(POLICIES),
    metavar="|".join(POLICIES),
    help="What becomes of a step that must not be repeated and was under way at a crash; default: ask.",
)
asked = o.compose(
    click.option(
        "--approve-tool",
        "approve_tools",
        multiple=True,
        metavar="NAME",
        help='Ask before this tool is called; "*" is every tool that writes or executes. May be repeated.',
    ),
    click.option(
        "--approve-step",
        "approve_steps",
        multiple=True,
        metavar="AGENT",
        help="Ask before this agent begins; may be repeated.",
    ),
    click.option(
        "--approve-above",
        type=click.FloatRange(min=0),
        metavar="USD",
        help="Ask before a call that could bring the run's cost above so many US dollars.",
    ),
    in_doubt,
    click.option(
        "--repair",
        type=click.IntRange(0, LIMIT - 1),
        default=0,
        metavar="N",
        help="Let an agent that failed, or whose edits fail a gate, try N times more (at most 2).",
    ),
    click.option(
        "--escalate",
        is_flag=True,
        help="After that: a stronger tier, another agent, and at last you. Each try costs what the first did.",
    ),
    click.option(
        "--key",
        default="",
        metavar="TEXT",
        help="Begin this run once: asked again with the same key, it goes on, or its result is shown.",
    ),
)
NAMES = ("approve_tools", "approve_steps", "approve_above", "in_doubt", "key", "repair", "escalate")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line says about how a run is driven."""

    approve_tools: tuple[str, ...]
    approve_steps: tuple[str, ...]
    approve_above: float | None
    in_doubt: str | None
    key: str
    repair: int
    escalate: bool

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> Asked:
        """Take the options of `asked` out of `options`."""
        return cls(**{name: options.pop(name) for name in NAMES})

    def options(self, house: Container) -> RunOptions:
        """How the run is driven; raises UnknownName for a tool or an agent that does not exist."""
        from decimal import Decimal

        from ...application.use_cases.run_task import RunOptions
        from ...domain.orchestration.approvals import Approvals
        from ...domain.orchestration.escalation import Escalation

        if self.approve_tools:
            _check("tool", self.approve_tools, {*_tools(house), ALL_THAT_ACT})
        if self.approve_steps:
            _check("agent", self.approve_steps, {agent.id for agent in house.catalog().templates()})
        above = None if self.approve_above is None else Decimal(str(self.approve_above))
        approvals = Approvals(frozenset(self.approve_tools), frozenset(self.approve_steps), above)
        doubt = policy(self.in_doubt) or DoubtPolicy.ASK
        return RunOptions(approvals, doubt, self.key, Escalation(self.repair, self.escalate))


def policy(name: str | None) -> DoubtPolicy | None:
    """The policy of that name; None for none."""
    return None if name is None else DoubtPolicy(name)


def _tools(house: Container) -> frozenset[str]:
    """Every tool that an agent may be given."""
    from ...application.services.agent_tools import LOOK_UP_TOOLS

    named = {tool for agent in house.catalog().templates() for tool in agent.tools}
    return LOOK_UP_TOOLS | named | {tool.profile.name for tool in house.evidence_tools()}


def _check(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = set(known)
    for name in names:
        if name not in known:
            raise UnknownName.of(kind, name, known)
