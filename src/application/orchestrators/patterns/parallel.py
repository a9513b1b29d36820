"""All at once, under a limit."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence

from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult, standing


class Parallel(CompositionPattern):
    """Agents that do not need each other; one failure neither cancels nor hides the others."""

    name = "parallel"
    purpose = "all at once under a limit; one failure neither cancels nor hides the others"
    arity = Arity(1, MAX_AGENTS)

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the agents together; results in plan order."""
        done = await together([Assignment(agent) for agent in team], stage)
        results = tuple(step.result for step in done)
        heard = standing(results)
        stage.note(Decision(self.name, f"{len(heard)} of {len(team)} have answered", heard))
        return results

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """Each once."""
        return (1,) * count

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The makespan when each free place takes the next step of the plan."""
        places = [0.0] * max(1, min(limit, len(steps)))
        for step in steps:
            heapq.heappush(places, heapq.heappop(places) + step)
        return max(places)


async def together(assignments: Sequence[Assignment], stage: Stage) -> list[StepResult]:
    """Run all assignments, each in a branch of its own, at most `stage.limit` at once; results in order."""
    free = asyncio.Semaphore(stage.limit)

    async def one(assignment: Assignment) -> StepResult:
        async with free:
            return await stage.branch(assignment.agent.agent).step(assignment)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(assignment)) for assignment in assignments]
    return [task.result() for task in tasks]
