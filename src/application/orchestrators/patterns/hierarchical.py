"""A manager splits the task, workers do the parts, the manager makes one result of them."""

from __future__ import annotations

from collections.abc import Sequence

from ....domain.messaging.agent_message import AgentMessage, AgentMessageType
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult, AgentStatus
from ....domain.orchestration.team import MAX_AGENTS
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult, joined, skipped, standing
from .parallel import Parallel, together


class Hierarchical(CompositionPattern):
    """The first agent of the plan is the manager; the others are its workers."""

    name = "hierarchical"
    purpose = "a manager splits the task, delegates to workers, and makes one result of theirs"
    arity = Arity(2, MAX_AGENTS)

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Split, delegate, synthesise; workers that fail are named to the manager, and hide nobody."""
        manager, workers = team[0], team[1:]
        split = await stage.step(Assignment(manager, delegate_to=tuple(worker.agent for worker in workers)))
        if split.result.status is not AgentStatus.COMPLETED:
            why = f"{manager.agent} {split.result.status.value} before it could delegate"
            stage.note(Decision(self.name, why))
            return (split.result, *(skipped(worker, why) for worker in workers))
        orders = [self._order(manager, worker, split, stage) for worker in workers]
        done = await together([assignment for assignment, _ in orders], stage)
        answers = tuple(
            stage.send(worker.agent, manager.agent, AgentMessageType.RESPONSE, _report(step.result), order)
            for worker, step, (_, order) in zip(workers, done, orders, strict=True)
        )
        merged = await stage.step(Assignment(manager, answers, "Make one result of what the workers report."))
        words = f"{manager.agent} has made one result of {len(workers)}"
        if not merged.completed:
            words = f"{manager.agent} {merged.result.status.value} before it could make one result"
        stage.note(Decision(self.name, words, standing([merged.result])))
        both = joined([split.result, merged.result])
        return (both or merged.result, *(step.result for step in done))

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The manager before and after, the workers side by side in between."""
        return 2 * steps[0] + Parallel().seconds(steps[1:], limit)

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """The manager twice, each worker once."""
        return (2, *[1] * (count - 1))

    @staticmethod
    def _order(
        manager: PlannedAgent, worker: PlannedAgent, split: StepResult, stage: Stage
    ) -> tuple[Assignment, AgentMessage]:
        words = split.delegations.get(worker.agent, worker.assignment)
        order = stage.send(manager.agent, worker.agent, AgentMessageType.REQUEST, words, None)
        return Assignment(worker, (order,), words), order


def _report(result: AgentResult) -> str:
    return (
        result.summary if result.status is AgentStatus.COMPLETED else f"{result.status.value}: {result.error}"
    )
