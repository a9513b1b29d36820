"""What a composition pattern is, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ....domain.errors import UserError
from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult, AgentStatus
from ....domain.orchestration.run import joined as joined  # noqa: PLC0414 - for those who take it from here


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one agent is asked to do now; `delegate_to` names the workers that a manager may hand out to."""

    agent: PlannedAgent
    inbox: tuple[AgentMessage, ...] = ()
    task: str = ""
    delegate_to: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The words of the assignment: those given now, else those of the plan."""
        return self.task or self.agent.assignment


@dataclass(frozen=True, slots=True)
class StepResult:
    """An agent's result, and the assignments that it handed out (agent → words)."""

    result: AgentResult
    delegations: dict[str, str] = field(default_factory=dict)


Step = Callable[[Assignment], Awaitable[StepResult]]
"""Runs one agent; a failure is a result, only cancellation is an exception."""
Send = Callable[[str, str, AgentMessageType, str, AgentMessage | None], AgentMessage]
"""send(sender, recipient, type, payload, answers): publishes a message between agents and returns it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a pattern has at hand: the way to run an agent, to send a message, and how many may run at once."""

    step: Step
    send: Send
    limit: int


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

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the team; one result an agent, in plan order, whoever finished first."""
        ...

    def seconds(self, steps: Sequence[float], limit: int) -> float:
        """Wall time of steps that take so long, with at most `limit` at once."""
        ...

    def turns(self, count: int) -> tuple[int, ...]:
        """How often each of `count` agents runs, in plan order."""
        ...


def skipped(agent: PlannedAgent, why: str) -> AgentResult:
    """The result of an agent whose turn never came."""
    return AgentResult(agent.agent, AgentStatus.SKIPPED, "", model=agent.model, error=why)
