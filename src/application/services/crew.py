"""The agents of one run at work, as its pattern and its journal see them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...domain.errors import MusterError
from ...domain.events.events import AgentFinished, AgentStarted, MessageSent
from ...domain.messaging.agent_message import AgentMessage, AgentMessageType
from ...domain.orchestration.run import AgentResult, RunRecord
from ...domain.ports.clock import Clock
from ...domain.ports.event_bus import EventBus
from ...domain.ports.ids import Ids
from ...domain.ports.run_journal import RunJournal
from ..models.budget import BudgetBook
from ..orchestrators.patterns.base import Assignment, StepResult, joined, skipped
from .agent_runner import AgentRunner
from .bench import Bench


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every run takes from the process that it runs in."""

    bus: EventBus
    clock: Clock
    ids: Ids
    budgets: BudgetBook


class Crew:
    """Runs agents for a pattern; `steps` are all results so far, `problems` what the journal could not keep."""

    def __init__(
        self,
        run: RunRecord,
        bench: Bench,
        agents: AgentRunner,
        journal: RunJournal,
        around: Surroundings,
    ) -> None:
        self._run = run
        self._bench = bench
        self._agents = agents
        self._journal = journal
        self._bus, self._clock, self._ids = around.bus, around.clock, around.ids
        self.steps: list[AgentResult] = []
        self.problems: list[str] = []

    async def step(self, assignment: Assignment) -> StepResult:
        """Run one agent, publish its start and end, and put its result into the journal."""
        started = self._clock.monotonic()
        self._bus.publish(AgentStarted(self._run.id, assignment.agent.agent))
        try:
            step = await self._agents.run(assignment, self._bench)
        except asyncio.CancelledError as signal:
            seconds = self._clock.monotonic() - started
            self._end(self._agents.interrupted(assignment.agent, self._bench, seconds, signal))
            raise
        self._end(step.result)
        await self._keep(step.result)
        return step

    def send(
        self, sender: str, recipient: str, kind: AgentMessageType, payload: str, answers: AgentMessage | None
    ) -> AgentMessage:
        """Publish a message between agents."""
        message = AgentMessage(
            id=self._ids.new("msg"),
            correlation_id=self._run.id,
            sender=sender,
            recipient=recipient,
            type=kind,
            payload=payload,
            sent_at=self._clock.now(),
            causation_id=answers.id if answers else "",
        )
        self._bus.publish(MessageSent(self._run.id, message))
        return message

    def results(self) -> tuple[AgentResult, ...]:
        """What each agent of the plan has by now, all its steps together; those that never started are skipped."""
        return tuple(
            joined([step for step in self.steps if step.agent == planned.agent])
            or skipped(planned, "the run was cancelled before its turn")
            for planned in self._run.plan.agents
        )

    def _end(self, result: AgentResult) -> None:
        self.steps.append(result)
        self._bus.publish(
            AgentFinished(
                self._run.id,
                result.agent,
                result.status,
                len(result.findings),
                result.duration,
                result.error,
            )
        )

    async def _keep(self, result: AgentResult) -> None:
        """A journal that fails does not take the result along."""
        try:
            await self._journal.record(self._run.id, result)
        except MusterError as error:
            self.problems.append(str(error))
