"""One after the other, each with the result of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult, AgentStatus
from ....domain.orchestration.team import MAX_AGENTS
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, skipped


class Sequential(CompositionPattern):
    """Each agent gets the previous result; the first failure stops the row."""

    name = "sequential"
    purpose = "each agent gets the previous result; stops at a failure"
    arity = Arity(1, MAX_AGENTS)

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the agents in plan order."""
        results: list[AgentResult] = []
        inbox: tuple[AgentMessage, ...] = ()
        for index, agent in enumerate(team):
            result = (await stage.step(Assignment(agent, inbox))).result
            results.append(result)
            if result.status is not AgentStatus.COMPLETED:
                why = f"{agent.agent} {result.status.value} before it"
                stage.note(Decision(self.name, f"stopped at {agent.agent}: it {result.status.value}"))
                return (*results, *(skipped(later, why) for later in team[index + 1 :]))
            if index + 1 < len(team):
                successor = team[index + 1].agent
                inbox = (stage.send(agent.agent, successor, AgentMessageType.HANDOFF, result.summary, None),)
        words = "the one agent has answered" if len(team) == 1 else f"all {len(team)} have answered in turn"
        stage.note(Decision(self.name, words, (team[-1].agent,)))
        return tuple(results)

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """Each once."""
        return (1,) * count

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The sum."""
        return sum(steps)
