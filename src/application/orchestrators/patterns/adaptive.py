"""A classifier picks the specialist who does the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .asks import choice_of, told
from .base import Arity, Assignment, Bound, CompositionPattern, Stage
from .minutes import Minutes
from .options import Options, read_options

CLASSIFY = "Say which of these is the right one for the task, and why; do not do the task yourself."


class AdaptiveOptions(Options):
    """Who picks."""

    by: Literal["agent", "task"] = Field(
        "agent", description="agent: the first of the team picks; task: the analysis of the task does"
    )


class Adaptive(CompositionPattern):
    """The first agent picks one of the others; or, by task, the analysis of the task picks one of all.

    When the classifier fails, or names nobody of the team, the analysis of the task picks, and this is said: the one
    who covers most of what the task asks for, of several the first.
    """

    name = "adaptive"
    purpose = "a classifier picks the specialist who does the work"
    arity = Arity(2, MAX_AGENTS)

    def __init__(self, options: AdaptiveOptions | None = None) -> None:
        self.options = options or AdaptiveOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Adaptive:
        """With `by`."""
        return Adaptive(read_options(AdaptiveOptions, self.name, options))

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Pick, then let the picked one work; the others are skipped with the reason."""
        minutes = Minutes(team, stage)
        picked: _Pick = (_by_task(team), "the analysis of the task picks", ())
        if self.options.by == "agent":
            picked = await _by_agent(team[0], team[1:], minutes.stage)
        chosen, why, inbox = picked
        done = await minutes.step(Assignment(chosen, inbox))
        words = f"{why} {chosen.agent}"
        stage.note(Decision(self.name, words, (chosen.agent,) if done.completed else ()))
        return minutes.results(f"not picked: {words}")

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """The classifier, and one of the others, nobody knows which."""
        picks = self.options.by == "agent"
        others = count - 1 if picks else count
        share = {Bound.LEAST: 0.0, Bound.USUAL: 1 / others, Bound.MOST: 1.0}[bound]
        return ((1.0,) if picks else ()) + (share,) * others

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The classifier, and the fastest, the mean or the slowest of the others."""
        first, others = (steps[0], steps[1:]) if self.options.by == "agent" else (0.0, steps)
        usual = sum(others) / len(others)
        return first + {Bound.LEAST: min(others), Bound.USUAL: usual, Bound.MOST: max(others)}[bound]


_Pick = tuple[PlannedAgent, str, tuple[AgentMessage, ...]]
"""Who is picked, the words for it, and what that one is told."""


async def _by_agent(classifier: PlannedAgent, specialists: Sequence[PlannedAgent], stage: Stage) -> _Pick:
    """Whom the classifier picks, in which words, and what it tells that one."""
    listed = "\n".join(f"- {each.agent}: {each.assignment}" for each in specialists)
    ask = (choice_of(each.agent for each in specialists),)
    step = await stage.step(Assignment(classifier, task=f"{CLASSIFY}\n{listed}", asks=ask))
    named = {each.agent: each for each in specialists}.get(step.choice.strip())
    if named is None:
        fault = "names nobody of the team" if step.completed else step.result.status.value
        return _by_task(specialists), f"{classifier.agent} {fault}, so the analysis of the task picks", ()
    word = stage.send(classifier.agent, named.agent, AgentMessageType.HANDOFF, told(step.result), None)
    return named, f"{classifier.agent} picks", (word,)


def _by_task(specialists: Sequence[PlannedAgent]) -> PlannedAgent:
    return max(specialists, key=lambda each: len(each.covers))
