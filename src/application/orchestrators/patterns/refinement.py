"""Draft, critique, revise, until it is good enough or the rounds are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision, GateCheck
from ....domain.orchestration.gates import GateVerdict
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .asks import choice_of, told
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult
from .minutes import Minutes
from .options import Options, Rounds, read_options
from .parallel import Parallel, together

ACCEPT, REVISE = "accept", "revise"
CRITICISE = (
    "Criticise the draft that you were sent: what is wrong, what is missing, what would make it better. "
    "Report as findings only what you stand behind yourself."
)
IMPROVE = (
    "Revise your draft: answer each point of the critique, by a change or by saying why not. "
    "Give the whole result again, with all findings that you still stand behind."
)


class RefinementOptions(Options):
    """How long to go on."""

    rounds: Rounds = Field(3, description="rounds of critique and revision, from 1 to 10")


class Refinement(CompositionPattern):
    """The first agent drafts and revises, the others criticise.

    Every draft is criticised once, whatever the gates say of it; a revision that passes the gates is the end. So it is
    when every critic accepts and no gate has failed, or when the rounds are over. The draft stays, and this is said,
    when no critic can answer, when none of them judges, or when a revision fails.
    """

    name = "refinement"
    purpose = "draft, critique, revise, until the gates pass or the rounds are over"
    arity = Arity(2, MAX_AGENTS)

    def __init__(self, options: RefinementOptions | None = None) -> None:
        self.options = options or RefinementOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Refinement:
        """With `rounds`."""
        return Refinement(read_options(RefinementOptions, self.name, options))

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the rounds; the drafter's result is the last draft that stands."""
        minutes = Minutes(team, stage)
        desk = _Desk(team[0], team[1:], minutes.stage)
        draft = await minutes.step(Assignment(desk.drafter))
        if not draft.completed:
            why = f"{desk.drafter.agent} {draft.result.status.value} before there was a draft"
            stage.note(Decision(self.name, why))
            return minutes.results(why)
        draft, rounds, ending = await self._refined(draft, desk)
        stage.note(Decision(self.name, ending, (desk.drafter.agent,), rounds=rounds))
        return minutes.results(f"not asked: {ending}", {desk.drafter.agent: draft.result})

    async def _refined(self, draft: StepResult, desk: _Desk) -> tuple[StepResult, int, str]:
        """The draft that stands, the rounds that it took, and why it ended."""
        check = await desk.stage.gates([draft.result])
        for done in range(1, self.options.rounds + 1):
            critiques = await desk.criticise(draft)
            if ending := _enough(check, critiques):
                return draft, done, ending
            revised = await desk.revise(draft, critiques, check)
            if not revised.completed:
                status = revised.result.status.value
                return draft, done, f"a revision {status}: the draft before it stands"
            draft = revised
            check = await desk.stage.gates([draft.result])
            if check.verdict is GateVerdict.PASSED:
                return draft, done, "the gates pass"
        times = "1 round is" if self.options.rounds == 1 else f"{self.options.rounds} rounds are"
        return draft, self.options.rounds, f"{times} over; {check.words}"

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """At best a draft that is criticised once; usually it is revised once; at most all rounds are needed."""
        rounds = self.options.rounds if bound is Bound.MOST else 1
        revisions = 0 if bound is Bound.LEAST else rounds
        return (1 + revisions, *[rounds] * (count - 1))

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """Drafts one after the other, between them the critics side by side."""
        drafts, critiques = self.turns(len(steps), bound)[:2]
        return drafts * steps[0] + critiques * Parallel().seconds(steps[1:], limit)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who drafts, who criticises, and where."""

    drafter: PlannedAgent
    critics: Sequence[PlannedAgent]
    stage: Stage

    async def criticise(self, draft: StepResult) -> list[tuple[StepResult, AgentMessage]]:
        """Each critic's step, and the draft as it was sent."""
        words, me = told(draft.result), self.drafter.agent
        sent = [self.stage.send(me, c.agent, AgentMessageType.REQUEST, words, None) for c in self.critics]
        ask = (choice_of((ACCEPT, REVISE)),)
        asked = [
            Assignment(critic, (message,), CRITICISE, asks=ask)
            for critic, message in zip(self.critics, sent, strict=True)
        ]
        return list(zip(await together(asked, self.stage), sent, strict=True))

    async def revise(
        self, draft: StepResult, critiques: Sequence[tuple[StepResult, AgentMessage]], check: GateCheck
    ) -> StepResult:
        """Let the drafter go over its draft with all that was said about it."""
        me, send = self.drafter.agent, self.stage.send
        inbox = [send(me, me, AgentMessageType.HANDOFF, told(draft.result), None)]
        inbox += [
            send(step.result.agent, me, AgentMessageType.CRITIQUE, told(step.result), request)
            for step, request in critiques
            if step.completed
        ]
        if check.verdict is GateVerdict.FAILED:
            inbox.append(send("gates", me, AgentMessageType.EVENT, check.words, None))
        return await self.stage.step(Assignment(self.drafter, tuple(inbox), IMPROVE))


def _enough(check: GateCheck, critiques: Sequence[tuple[StepResult, AgentMessage]]) -> str:
    """Why there is nothing to revise, "" when there is."""
    heard = [step for step, _ in critiques if step.completed]
    if not heard:
        return "no critic could answer: the draft stays as it is"
    if not any(step.result.judged for step in heard):
        return "no critic judges, without a language model: the draft stays as it is"
    accepted = all(step.choice.strip().lower() == ACCEPT for step in heard)
    return "every critic accepts it" if accepted and check.verdict is not GateVerdict.FAILED else ""
