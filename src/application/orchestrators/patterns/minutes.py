"""The minutes of a team at work: every step of every agent, so that none is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from .base import Assignment, Stage, StepResult, joined, skipped

NO_LAST_WORDS: Mapping[str, AgentResult] = MappingProxyType({})


class Minutes:
    """Wraps a stage so that what each agent did is kept; `stage` is what the pattern works with."""

    def __init__(self, team: Sequence[PlannedAgent], stage: Stage) -> None:
        self._team = team
        self._step = stage.step
        self._taken: dict[str, list[AgentResult]] = {}
        self.stage = replace(stage, step=self.step)

    async def step(self, assignment: Assignment) -> StepResult:
        """Run one agent, and keep what it gave."""
        done = await self._step(assignment)
        self._taken.setdefault(assignment.agent.agent, []).append(done.result)
        return done

    def results(
        self, why_not: str, last_words: Mapping[str, AgentResult] = NO_LAST_WORDS
    ) -> tuple[AgentResult, ...]:
        """One result an agent in plan order with all that its steps took; who had none is skipped for `why_not`.

        An agent's last step is its word, unless `last_words` has another one of its steps.
        """
        return tuple(
            joined(self._in_order(agent.agent, last_words)) or skipped(agent, why_not) for agent in self._team
        )

    def _in_order(self, name: str, last_words: Mapping[str, AgentResult]) -> list[AgentResult]:
        steps = self._taken.get(name, [])
        word = last_words.get(name)
        return steps if word is None else [*(step for step in steps if step is not word), word]
