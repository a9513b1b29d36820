"""The agents of one run at work, as its pattern and its journal see them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.agents.recalled import Recalled
from ...domain.events.events import AgentFinished, AgentStarted, MessageSent
from ...domain.journal.record import RecordKind
from ...domain.messaging.agent_message import AgentMessage, AgentMessageType
from ...domain.models.usage import Usage
from ...domain.orchestration.decision import Decision
from ...domain.orchestration.plan import PlannedAgent
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, joined
from ...domain.ports.clock import Clock
from ...domain.ports.cost_ledger import CostLedger
from ...domain.ports.event_bus import EventBus
from ...domain.ports.ids import Ids
from ..flow.asking import Answer, Asking
from ..flow.codec import Codec
from ..flow.flow import Flow
from ..models.budget import BudgetBook
from ..orchestrators.patterns.base import Assignment, StepResult, skipped
from .agent_runner import AgentRunner
from .bench import Bench

Remind = Callable[[Assignment, Flow], Awaitable[tuple[Recalled, ...]]]
"""What an agent is reminded of before a step."""
STEP: Codec[StepResult] = Codec(StepResult)


async def nothing_recalled(_assignment: Assignment, _flow: Flow) -> tuple[Recalled, ...]:
    """Where nothing is remembered."""
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every run takes from the process that it runs in."""

    bus: EventBus
    clock: Clock
    ids: Ids
    budgets: BudgetBook
    ledger: CostLedger


class Crew:
    """Runs agents for a pattern; `steps` are all results so far, `decisions` what its teams came to.

    `usual` are the results that the next plan can learn from: of agents that worked as they were planned.

    An agent's step is known by its branch, its agent and how often that agent was asked there: what it gave is
    recorded, and not asked for again when the run goes on. What it has staged stays only if it has completed.
    """

    def __init__(
        self,
        run: RunRecord,
        bench: Bench,
        agents: AgentRunner,
        flow: Flow,
        around: Surroundings,
        remind: Remind = nothing_recalled,
    ) -> None:
        self._run = run
        self._bench = bench
        self._agents = agents
        self._flow = flow
        self._remind = remind
        self._bus, self._clock, self._ids = around.bus, around.clock, around.ids
        self._visits: Counter[str] = Counter()
        self.steps: list[AgentResult] = []
        self.usual: list[tuple[PlannedAgent, AgentResult]] = []
        self.decisions: list[Decision] = []

    async def step(self, assignment: Assignment) -> StepResult:
        """Run one agent, publish its start and end, and put its result into the journal."""
        agent = assignment.agent.agent
        place = f"{assignment.branch}/{agent}".removeprefix("/")
        self._visits[place] += 1
        key = f"{place}#{self._visits[place]}"
        self._bus.publish(AgentStarted(self._run.id, agent))
        kept = self._flow.book.result(self._flow.name(key))
        if kept is not None:
            step = STEP.load(kept)
            if kept.epoch == 0:
                step = replace(step, result=inherited(step.result))
        else:
            with self._flow.lane(key) as flow:
                flow.progress("started")
                step = await self._fresh(assignment, flow)
                await self._flow.book.keep(RecordKind.AGENT, self._flow.name(key), step, STEP)
        if not step.completed:
            await self._take_back(key, agent)
        self._end(step.result)
        if assignment.agent in self._run.plan.agents and assignment.tier is None:
            self.usual.append((assignment.agent, step.result))
        return step

    async def _take_back(self, key: str, agent: str) -> None:
        """Nothing stays of what an agent has edited in a step that came to no good end."""
        paths = await self._bench.take_back(self._flow.name(key))
        if paths:
            said = f"{agent} did not complete: its edits of {', '.join(paths)} are taken back"
            self.note(Decision("edits", said))

    async def _fresh(self, assignment: Assignment, flow: Flow) -> StepResult:
        started = self._clock.monotonic()
        try:
            answer = await Asking(self._run.terms.approvals, flow).agent(
                assignment.agent.agent, assignment.words
            )
            if not answer.yes:
                return _denied(assignment, answer)
            recalled = await self._remind(assignment, flow)
            bench = self._bench.of(flow.name("").rstrip("/"))
            step = await self._agents.run(replace(assignment, recalled=recalled), bench, flow)
            return replace(step, result=replace(step.result, recalled=recalled))
        except asyncio.CancelledError as signal:
            seconds = self._clock.monotonic() - started
            self._end(self._agents.interrupted(assignment.agent, self._bench, seconds, signal))
            raise

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

    def note(self, decision: Decision) -> None:
        """Keep what a team came to."""
        self.decisions.append(decision)
        self._flow.progress(f"decision/{len(self.decisions)}", {"words": decision.words})

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


def inherited(result: AgentResult) -> AgentResult:
    """The result of a step that another run has paid for: here it costs nothing, and its calls are marked so."""
    calls = (
        replace(one, usage=Usage(), cost=Decimal(0), batch_cost=None, cached=True)
        for one in result.attempts
        if one.ok
    )
    return replace(result, usage=Usage(), cost=Decimal(0), attempts=tuple(calls))


def _denied(assignment: Assignment, answer: Answer) -> StepResult:
    """The step that a person did not want; nothing was asked, and nothing spent."""
    reason = f": {answer.reason}" if answer.reason else ""
    agent = assignment.agent
    return StepResult(
        AgentResult(
            agent.agent, AgentStatus.FAILED, "", model=agent.model, error=f"a person did not allow it{reason}"
        )
    )
