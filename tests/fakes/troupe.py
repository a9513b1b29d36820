"""Agents that play a script for a pattern, and a stage that keeps all that happens on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio

from muster.application.orchestrators.patterns.base import Assignment, Stage, StepResult
from muster.domain.evidence.finding import Finding
from muster.domain.messaging.agent_message import AgentMessage, AgentMessageType
from muster.domain.models.usage import Usage
from muster.domain.orchestration.decision import Decision, GateCheck
from muster.domain.orchestration.run import AgentResult, AgentStatus


@dataclass(frozen=True, slots=True)
class Line:
    """What an agent gives in one step; `words` "" means its usual ones, `fails` that it breaks."""

    words: str = ""
    fails: bool = False
    confidence: float | None = None
    choice: str = ""
    ranking: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    judged: bool = True


USUAL = Line()


@dataclass
class FakeTroupe:
    """Runs agents by a script and keeps what each was given, who ran beside whom, and what was said.

    `script` has the lines of each agent, the last one again and again; `checks` are what the gates say, likewise.
    """

    waits: Mapping[str, float] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    script: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    checks: Sequence[GateCheck] = (GateCheck(),)
    given: list[Assignment] = field(default_factory=list)
    sent: list[AgentMessage] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    checked: list[tuple[AgentResult, ...]] = field(default_factory=list)
    running: int = 0
    most: int = 0
    tokens: int = 0

    async def step(self, assignment: Assignment) -> StepResult:
        """Wait, then give the next line; a manager hands each worker a letter."""
        self.given.append(assignment)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await anyio.sleep(self.waits.get(assignment.agent.agent, 0))
        finally:
            self.running -= 1
        name = assignment.agent.agent
        line = self._line(name)
        self.tokens += 1 if line.fails or name in self.failing else 10
        if line.fails or name in self.failing:
            return StepResult(AgentResult(name, AgentStatus.FAILED, "", usage=Usage(input=1), error="broke"))
        result = AgentResult(
            name, AgentStatus.COMPLETED, line.words or f"{name} is done", line.findings,
            judged=line.judged, usage=Usage(input=10),
        )  # fmt: skip
        orders = {worker: f"do {worker}" for worker in assignment.delegate_to}
        return StepResult(result, orders, line.confidence, line.choice, line.ranking)

    def send(
        self, sender: str, recipient: str, kind: AgentMessageType, payload: str, answers: AgentMessage | None
    ) -> AgentMessage:
        """Keep the message."""
        message = AgentMessage(
            f"m{len(self.sent)}", "run", sender, recipient, kind, payload, datetime.now(UTC),
            answers.id if answers else "",
        )  # fmt: skip
        self.sent.append(message)
        return message

    async def gates(self, results: Sequence[AgentResult]) -> GateCheck:
        """The next check."""
        self.checked.append(tuple(results))
        return self.checks[min(len(self.checked), len(self.checks)) - 1]

    def stage(self, limit: int = 4) -> Stage:
        """What a pattern is given."""
        return Stage(self.step, self.send, limit, self.gates, self.decisions.append)

    @property
    def order(self) -> list[str]:
        """Who was asked, in order."""
        return [assignment.agent.agent for assignment in self.given]

    @property
    def decision(self) -> Decision:
        """The one thing that was decided."""
        (decision,) = self.decisions
        return decision

    def heard(self, step: int) -> list[tuple[str, str, str]]:
        """(type, sender, payload) of what the agent of the step with that index was sent."""
        return [(m.type.value, m.sender, m.payload) for m in self.given[step].inbox]

    def _line(self, name: str) -> Line:
        lines = self.script.get(name, (USUAL,))
        turn = sum(assignment.agent.agent == name for assignment in self.given)
        return lines[min(turn, len(lines)) - 1]
