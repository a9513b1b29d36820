"""A junior answers; an expert takes over when the junior is not sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .asks import CONFIDENCE, told
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult
from .minutes import Minutes
from .options import Options, Share, read_options

TAKE_OVER = (
    "The one before you was not sure enough. Do the whole task yourself; take over what is right in its answer, "
    "and say what was wrong."
)


class TeachingOptions(Options):
    """When an answer is sure enough."""

    threshold: Share = Field(0.7, description="least confidence that lets an answer stand, from 0 to 1")


class Teaching(CompositionPattern):
    """Each agent is more of an expert than the one before it; the first who is sure enough has the last word.

    Who fails, or does not say how sure it is, is not sure enough. The last one's answer stands in any case; when it
    fails, the last answer before it stands, and this is said.
    """

    name = "teaching"
    purpose = "a junior answers; an expert takes over below a confidence"
    arity = Arity(2, MAX_AGENTS)

    def __init__(self, options: TeachingOptions | None = None) -> None:
        self.options = options or TeachingOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Teaching:
        """With `threshold`."""
        return Teaching(read_options(TeachingOptions, self.name, options))

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Ask one after the other until one is sure."""
        minutes = Minutes(team, stage)
        inbox: tuple[AgentMessage, ...] = ()
        best: StepResult | None = None
        said: list[str] = []
        for index, agent in enumerate(team):
            task = TAKE_OVER if index else ""
            step = await minutes.step(Assignment(agent, inbox, task, asks=(CONFIDENCE,)))
            best = step if step.completed else best
            said.append(f"{agent.agent} {_sureness(step)}")
            if self._sure(step):
                break
            if index + 1 < len(team):
                heir = team[index + 1].agent
                inbox = (stage.send(agent.agent, heir, AgentMessageType.HANDOFF, told(step.result), None),)
        words = f"{', '.join(said)}; {self.options.threshold:g} was wanted"
        who = best.result.agent if best else ""
        ending = f"the answer of {who} stands" if who else "there is no answer"
        stage.note(Decision(self.name, f"{words}: {ending}", (who,) if who else ()))
        return minutes.results(f"not needed: {words}")

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """The junior once; the experts perhaps."""
        chance = {Bound.LEAST: 0.0, Bound.USUAL: 0.5, Bound.MOST: 1.0}[bound]
        return tuple(chance**index for index in range(count))

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """One after the other, as far as it goes."""
        return sum(t * s for t, s in zip(self.turns(len(steps), bound), steps, strict=True))

    def _sure(self, step: StepResult) -> bool:
        return step.completed and step.confidence is not None and step.confidence >= self.options.threshold


def _sureness(step: StepResult) -> str:
    if not step.completed:
        return step.result.status.value
    return "does not say how sure it is" if step.confidence is None else f"is {step.confidence:g} sure"
