"""Positions, rebuttals, and a judge who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision, Dissent
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .asks import choice_of, told
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult
from .minutes import Minutes
from .options import Options, Rounds, read_options
from .parallel import Parallel, together

REBUT = (
    "Answer the other positions: where they are wrong, where they are right, and what you hold now. "
    "Give your whole position again, with all findings that you still stand behind."
)
JUDGE = (
    "You are the judge: weigh the positions against each other and decide. Say what decided, and what of the "
    "other side remains true."
)


class DebateOptions(Options):
    """How long to argue."""

    rounds: Rounds = Field(1, description="rounds of rebuttal, from 1 to 10")


class Debate(CompositionPattern):
    """The last agent is the judge; the others take positions independently and answer each other.

    Who has no position is out; who fails in a rebuttal stands by the position it had. The judge may follow one of them
    by name: the others then are the dissent; when it follows none, every position is kept as dissent. Without a
    position there is nothing to judge; without a judge nothing is decided.
    """

    name = "debate"
    purpose = "positions, rebuttals, and a judge who decides; dissent is recorded"
    arity = Arity(3, MAX_AGENTS)

    def __init__(self, options: DebateOptions | None = None) -> None:
        self.options = options or DebateOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Debate:
        """With `rounds`."""
        return Debate(read_options(DebateOptions, self.name, options))

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Hear, let answer, let decide."""
        minutes = Minutes(team, stage)
        *debaters, judge = team
        opened = await together([Assignment(each) for each in debaters], minutes.stage)
        views = [_View(each, step) for each, step in zip(debaters, opened, strict=True) if step.completed]
        if not views:
            why = "nobody took a position"
            stage.note(Decision(self.name, why))
            return minutes.results(why)
        rounds = self.options.rounds if len(views) > 1 else 0
        for _ in range(rounds):
            views = await _rebutted(views, minutes.stage)
        verdict = await _judged(judge, views, minutes.stage)
        stage.note(self._decision(judge.agent, verdict, views, rounds))
        return minutes.results("", {view.who.agent: view.step.result for view in views})

    def _decision(self, judge: str, verdict: StepResult, views: Sequence[_View], rounds: int) -> Decision:
        if not verdict.completed:
            words = f"{judge} {verdict.result.status.value}: nothing is decided"
            return Decision(self.name, words, rounds=rounds, dissent=_dissent(views, ""))
        if not verdict.result.judged:
            return Decision(self.name, f"{judge} judges nothing: what all have found stands", rounds=rounds)
        names = {view.who.agent for view in views}
        followed = verdict.choice.strip() if verdict.choice.strip() in names else ""
        words = f"{judge} follows {followed}" if followed else f"{judge} decides, and follows nobody by name"
        if len(views) == 1:
            words = f"{judge} has heard {views[0].who.agent} alone"
        return Decision(self.name, words, (judge,), rounds=rounds, dissent=_dissent(views, followed))

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """Each debater its position and the rebuttals, the judge once."""
        rounds = 0 if bound is Bound.LEAST else self.options.rounds
        return (*[1 + rounds] * (count - 1), 1)

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The debaters side by side, again and again, then the judge."""
        return self.turns(len(steps), bound)[0] * Parallel().seconds(steps[:-1], limit) + steps[-1]


@dataclass(frozen=True, slots=True)
class _View:
    """Where a debater stands now."""

    who: PlannedAgent
    step: StepResult


async def _rebutted(views: Sequence[_View], stage: Stage) -> list[_View]:
    asked = [Assignment(view.who, _others(view, views, stage), REBUT) for view in views]
    answers = await together(asked, stage)
    return [
        _View(view.who, answer if answer.completed else view.step)
        for view, answer in zip(views, answers, strict=True)
    ]


def _others(view: _View, views: Sequence[_View], stage: Stage) -> tuple[AgentMessage, ...]:
    return tuple(
        stage.send(other.who.agent, view.who.agent, AgentMessageType.CRITIQUE, told(other.step.result), None)
        for other in views
        if other is not view
    )


async def _judged(judge: PlannedAgent, views: Sequence[_View], stage: Stage) -> StepResult:
    heard = tuple(
        stage.send(view.who.agent, judge.agent, AgentMessageType.RESPONSE, told(view.step.result), None)
        for view in views
    )
    ask = (choice_of(view.who.agent for view in views),)
    return await stage.step(Assignment(judge, heard, JUDGE, asks=ask))


def _dissent(views: Sequence[_View], followed: str) -> tuple[Dissent, ...]:
    return tuple(
        Dissent(view.who.agent, view.step.result.summary) for view in views if view.who.agent != followed
    )
