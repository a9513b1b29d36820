"""What a composition pattern is, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from ....domain.agents.recalled import Recalled
from ....domain.errors import UserError
from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.models.tier import ModelTier
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision, GateCheck
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult, AgentStatus
from ....domain.orchestration.run import joined as joined  # noqa: PLC0414 - for those who take it from here


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one agent is asked to do now.

    `delegate_to` names the workers that a manager may hand out to; `asks` are sentences on what the answer is to
    hold besides; `branch` tells steps that run side by side apart: within one branch they come one after the other.
    `tier` takes the place of the agent's own, `recalled` is what it is reminded of.
    """

    agent: PlannedAgent
    inbox: tuple[AgentMessage, ...] = ()
    task: str = ""
    delegate_to: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    branch: str = ""
    tier: ModelTier | None = None
    recalled: tuple[Recalled, ...] = ()

    @property
    def words(self) -> str:
        """The words of the assignment: those given now, else those of the plan; then what is asked besides."""
        return "\n".join((self.task or self.agent.assignment, *self.asks))


@dataclass(frozen=True, slots=True)
class StepResult:
    """An agent's result, and what it said to the pattern.

    `delegations` are the assignments that it handed out (agent → words); `confidence` is how sure it says it is, None
    when it does not say; `choice` and `ranking` are its vote, empty for none.
    """

    result: AgentResult
    delegations: dict[str, str] = field(default_factory=dict)
    confidence: float | None = None
    choice: str = ""
    ranking: tuple[str, ...] = ()

    @property
    def completed(self) -> bool:
        """Whether there is an answer."""
        return self.result.status is AgentStatus.COMPLETED


Step = Callable[[Assignment], Awaitable[StepResult]]
"""Runs one agent; a failure is a result, only cancellation is an exception."""
Send = Callable[[str, str, AgentMessageType, str, AgentMessage | None], AgentMessage]
"""send(sender, recipient, type, payload, answers): publishes a message between agents and returns it."""
Gates = Callable[[Sequence[AgentResult]], Awaitable[GateCheck]]
"""Holds results against the gates of the plan in the middle of a run."""
Note = Callable[[Decision], None]
"""Keeps what a team came to."""


async def nobody_looks(_results: Sequence[AgentResult]) -> GateCheck:
    """Gates that nobody looks at are unmeasured."""
    return GateCheck()


def not_kept(_decision: Decision) -> None:
    """What nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a pattern has at hand: the way to run an agent, to send a message, and how many may run at once.

    `gates` looks where the gates stand now, `note` keeps what the team came to.
    """

    step: Step
    send: Send
    limit: int
    gates: Gates = nobody_looks
    note: Note = not_kept

    def branch(self, name: str) -> Stage:
        """The same stage for steps that run beside others: their assignments carry `name` in front of their branch."""

        async def step(assignment: Assignment) -> StepResult:
            path = f"{name}/{assignment.branch}".rstrip("/")
            return await self.step(replace(assignment, branch=path))

        return replace(self, step=step)


@dataclass(frozen=True, slots=True)
class Arity:
    """How many agents a pattern takes."""

    least: int
    most: int

    def holds(self, count: int) -> bool:
        """Whether `count` agents are right."""
        return self.least <= count <= self.most

    def refuse(self, count: int, pattern: str) -> None:
        """Raise UserError unless `count` agents are right for the pattern of that name."""
        if not self.holds(count):
            raise UserError(
                f"pattern {pattern!r} takes {self.least} to {self.most} agents, not {count}",
                code="arity",
                hint="name other agents, or another pattern",
            )


class Bound(StrEnum):
    """Which course of a pattern an estimate is about: the shortest, the usual, or the longest."""

    LEAST = "least"
    USUAL = "usual"
    MOST = "most"


class CompositionPattern(Protocol):
    """A way in which agents work together."""

    @property
    def name(self) -> str:
        """What the pattern is called in a plan."""
        ...

    @property
    def purpose(self) -> str:
        """One sentence for people."""
        ...

    @property
    def arity(self) -> Arity:
        """How many agents it takes."""
        ...

    def configured(self, options: Mapping[str, Scalar]) -> CompositionPattern:
        """The pattern with these options; raises UserError that names the option. One without options takes none."""
        if options:
            name = next(iter(options))
            raise UserError(
                f"pattern {self.name!r} has no option {name!r}", code="option", hint="it has no options"
            )
        return self

    def refuse(self, names: Sequence[str]) -> None:
        """Raise UserError when a team of these members cannot work so."""
        self.arity.refuse(len(names), self.name)

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the team; one result an agent, in plan order, whoever finished first."""
        ...

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """Wall time of steps that take so long, with at most `limit` at once."""
        ...

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """How often each of `count` agents runs, in plan order; a fraction when it may not run at all."""
        ...


def skipped(agent: PlannedAgent, why: str) -> AgentResult:
    """The result of an agent whose turn never came."""
    return AgentResult(agent.agent, AgentStatus.SKIPPED, "", model=agent.model, error=why)


def standing(results: Sequence[AgentResult]) -> tuple[str, ...]:
    """The agents that have answered."""
    return tuple(result.agent for result in results if result.status is AgentStatus.COMPLETED)
