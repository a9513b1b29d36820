"""All at once, under a limit."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence

from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .base import Arity, Assignment, CompositionPattern, Stage, StepResult


class Parallel(CompositionPattern):
    """Agents that do not need each other; one failure neither cancels nor hides the others."""

    name = "parallel"
    purpose = "all at once under a limit; one failure neither cancels nor hides the others"
    arity = Arity(1, MAX_AGENTS)

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the agents together; results in plan order."""
        return tuple(done.result for done in await together([Assignment(agent) for agent in team], stage))

    def turns(self, count: int) -> tuple[int, ...]:
        """Each once."""
        return (1,) * count

    def seconds(self, steps: Sequence[float], limit: int) -> float:
        """The makespan when each free place takes the next step of the plan."""
        places = [0.0] * max(1, min(limit, len(steps)))
        for step in steps:
            heapq.heappush(places, heapq.heappop(places) + step)
        return max(places)


async def together(assignments: Sequence[Assignment], stage: Stage) -> list[StepResult]:
    """Run all assignments, at most `stage.limit` at once, and give their results in order."""
    free = asyncio.Semaphore(stage.limit)

    async def one(assignment: Assignment) -> StepResult:
        async with free:
            return await stage.step(assignment)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(assignment)) for assignment in assignments]
    return [task.result() for task in tasks]
