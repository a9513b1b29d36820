"""Show what was learned from earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...domain.memory.advice import Score, newest_first, score_of
from ...domain.memory.run_outcome import RunOutcome, Worked
from ...domain.orchestration.plan import ExecutionPlan
from ..services.run_memory import RunMemory
from .plan_task import PlanTask, PlanTaskRequest


@dataclass(frozen=True, slots=True)
class ShowLearningRequest:
    """With a `task` for the folder `root` also what would be planned otherwise without what was learned."""

    task: str = ""
    root: str = "."


@dataclass(frozen=True, slots=True)
class Record:
    """How a pattern or an agent has done.

    `good` of `told` runs passed (of an agent: it did not fail by itself); `right` of `measured` estimates held what was
    taken: of an agent those for its steps.
    """

    name: str
    good: int
    told: int
    right: int
    measured: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The plan for a task as it is made now, and as it would be without earlier runs."""

    learned: ExecutionPlan
    without: ExecutionPlan


@dataclass(frozen=True, slots=True)
class LearningReport:
    """What is remembered (the newest run first), how patterns and agents did, and how good the estimates were."""

    outcomes: tuple[RunOutcome, ...]
    score: Score | None
    patterns: tuple[Record, ...]
    agents: tuple[Record, ...]
    comparison: Comparison | None = None


class ShowLearning:
    """Shows what plans rest on, so that nobody has to believe it.

    - Nothing is planned, run or spent but the two plans for a task that is asked about.
    - What cannot be told (a run that was stopped, or in which not everything was measured) counts neither way.
    """

    def __init__(self, memory: RunMemory, plans: PlanTask) -> None:
        self._memory = memory
        self._plans = plans

    async def execute(self, request: ShowLearningRequest) -> LearningReport:
        """The report; raises InvalidTask and WorkspaceError for a task that cannot be planned."""
        outcomes = newest_first(await self._memory.recall())
        return LearningReport(
            outcomes,
            score_of(outcomes),
            tuple(_of_pattern(name, outcomes) for name in sorted({one.pattern for one in outcomes})),
            _agents(outcomes),
            await self._comparison(request) if request.task else None,
        )

    async def _comparison(self, request: ShowLearningRequest) -> Comparison:
        plans = [
            await self._plans.execute(PlanTaskRequest(request.task, request.root, use_history=learns))
            for learns in (True, False)
        ]
        return Comparison(*plans)


def _of_pattern(name: str, outcomes: Sequence[RunOutcome]) -> Record:
    of_it = [one for one in outcomes if one.pattern == name]
    told = [one.passed for one in of_it if one.passed is not None and not one.shared]
    score = score_of(of_it)
    return Record(name, sum(told), len(told), score.right if score else 0, score.of if score else 0)


def _agents(outcomes: Iterable[RunOutcome]) -> tuple[Record, ...]:
    parts: dict[str, list[Worked]] = {}
    for outcome in outcomes:
        for worked in outcome.team:
            parts.setdefault(worked.agent, []).append(worked)
    return tuple(_of_agent(name, parts[name]) for name in sorted(parts))


def _of_agent(name: str, parts: Sequence[Worked]) -> Record:
    held = [one.taken.inside(one.planned) for one in parts if one.taken and one.planned]
    return Record(name, sum(not one.failed for one in parts), len(parts), sum(held), len(held))
