"""Follows up steps that failed: again with what was wrong, on a stronger tier, by another agent, and with a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...domain.errors import ErrorKind
from ...domain.orchestration.approvals import WaitKind
from ...domain.orchestration.decision import Decision
from ...domain.orchestration.escalation import Escalation, Rung, Try, next_rung
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, AgentStatus, joined
from ..flow.asking import ASK, Answer, read_answer
from ..flow.flow import Flow
from ..orchestrators.patterns.base import Assignment, Note, Step, StepResult
from .agent_runner import AgentRunner

HOPELESS = frozenset(
    {
        ErrorKind.BUDGET,
        ErrorKind.AUTHENTICATION,
        ErrorKind.PERMISSION,
        ErrorKind.QUOTA,
        ErrorKind.NOT_FOUND,
        ErrorKind.BLOCKED,
    }
)
"""What fails in the same way however often it is tried, and whoever tries it."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """What an escalator has at hand."""

    plan: ExecutionPlan
    policy: Escalation
    agents: AgentRunner
    flow: Flow
    note: Note


class Escalator:
    """Runs steps; one that fails is tried on as the policy allows, and all its tries count in its result.

    Tries are steps of the journal like all others: who resumes a run finds those that failed, and does not begin the
    count anew. What only a person could mend waits for one.
    """

    def __init__(self, inner: Step, ladder: Ladder) -> None:
        self._inner = inner
        self._ladder = ladder
        self._helped: Counter[str] = Counter()

    async def step(self, assignment: Assignment) -> StepResult:
        """The last try, with what all of them took."""
        step = await self._inner(assignment)
        results, tries = [step.result], [Try(Rung.AGAIN, _why(step.result))]
        while not step.completed and _may_be_mended(step.result):
            rung = next_rung(tries, self._ladder.policy, self._possible(assignment))
            changed = await self._changed(assignment, rung, tries)
            if changed is None:
                break
            step = await self._inner(changed)
            results.append(step.result)
            tries.append(Try(rung, _why(step.result)))
        if len(tries) == 1:
            return step
        self._tell(assignment, tries, results)
        whole = joined(results) or step.result
        return replace(step, result=replace(whole, agent=assignment.agent.agent))

    def _possible(self, assignment: Assignment) -> frozenset[Rung]:
        rungs = {Rung.PERSON}
        if self._ladder.agents.stronger(assignment.agent.agent) is not None:
            rungs.add(Rung.STRONGER_TIER)
        if self._stand_in(assignment) is not None:
            rungs.add(Rung.ANOTHER_AGENT)
        return frozenset(rungs)

    async def _changed(self, assignment: Assignment, rung: Rung, tries: Sequence[Try]) -> Assignment | None:
        """The assignment for the next try; None when there is none."""
        again = replace(assignment, asks=(*assignment.asks, _told(tries[-1].why)))
        if rung is Rung.STOP:
            return None
        if rung is Rung.STRONGER_TIER:
            return replace(again, tier=self._ladder.agents.stronger(assignment.agent.agent))
        if rung is Rung.ANOTHER_AGENT:
            other = self._stand_in(assignment)
            return None if other is None else replace(again, agent=replace(again.agent, agent=other))
        if rung is Rung.PERSON:
            advice = await self._advice(assignment, tries)
            asks = (*again.asks, f"A person advises: {advice.reason}") if advice.reason else again.asks
            return replace(again, asks=asks) if advice.yes else None
        return again

    async def _advice(self, assignment: Assignment, tries: Sequence[Try]) -> Answer:
        """What a person says to it: a yes is one more try, with their words."""
        place = f"{assignment.branch}/{assignment.agent.agent}".removeprefix("/")
        listed = "; ".join(f"{one.rung.value}: {one.why[:200]}" for one in tries)
        words = f"{place} has failed {len(tries)} times ({listed}); a yes is one more try, with your advice"
        self._helped[place] += 1
        times = self._helped[place]
        question = f"{ASK}help/{place}" if times == 1 else f"{ASK}help/{place}@{times}"
        with self._ladder.flow.lane(f"help/{place}") as lane:
            return read_answer(await lane.signal(question, words, WaitKind.APPROVAL))

    def _stand_in(self, assignment: Assignment) -> str | None:
        taken = frozenset(agent.agent for agent in self._ladder.plan.agents)
        return self._ladder.agents.stand_in(assignment.agent.agent, taken)

    def _tell(self, assignment: Assignment, tries: Sequence[Try], results: Sequence[AgentResult]) -> None:
        agent, last = assignment.agent.agent, tries[-1]
        by = results[-1].agent
        how = f"in the end {last.rung.value}" + (f" ({by})" if by != agent else "")
        said = f"{agent} was tried {len(tries)} times, {how}: {'done' if last.ok else 'it failed'}"
        self._ladder.note(Decision("escalation", said, (by,) if last.ok else (), rounds=len(tries)))


def _why(result: AgentResult) -> str:
    return "" if result.status is AgentStatus.COMPLETED else result.error or result.status.value


def _told(why: str) -> str:
    return f"An earlier try at this failed ({why[:1000]}). See to it that this does not happen again."


def _may_be_mended(result: AgentResult) -> bool:
    """Whether another try could go better; where no model was asked, nothing but the cause can be mended."""
    if result.status is not AgentStatus.FAILED or not result.attempts:
        return False
    return result.attempts[-1].error not in HOPELESS
