"""What runs remember, and one run's part in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.agents.recalled import Recalled
from ...domain.evidence.finding_book import NO_BOOK, FindingBook
from ...domain.orchestration.run import AgentResult, RunRecord, RunReport
from ..flow.flow import Flow
from ..orchestrators.patterns.base import Assignment
from .agent_runner import AgentRunner
from .finding_memory import FindingMemory
from .lessons import LessonBook
from .outcomes import OutcomeMemory
from .recalling import Recaller, Reminder


@dataclass(frozen=True, slots=True)
class Memories:
    """What there is to remember with: what runs took, what they found, and what agents learned."""

    outcomes: OutcomeMemory
    findings: FindingMemory
    recaller: Recaller
    lessons: LessonBook


class RunsOwn:
    """What one run looks up and leaves behind; nothing of either when its terms say so."""

    def __init__(self, memories: Memories, run: RunRecord, agents: AgentRunner) -> None:
        self._memories = memories
        self._run = run
        self._agents = agents
        self._book: FindingBook | None = None

    async def book(self) -> FindingBook:
        """What earlier runs have found; the same from the first look to the end of a drive."""
        if self._book is None:
            wanted, root = self._run.terms.memory, self._run.plan.root
            self._book = await self._memories.findings.recall(root) if wanted else NO_BOOK
        return self._book

    async def remind(self, assignment: Assignment, flow: Flow) -> tuple[Recalled, ...]:
        """What an agent is reminded of before a step."""
        if not self._run.terms.memory:
            return ()
        model = self._agents.model_of(assignment)
        reminder = Reminder(self._run.plan, assignment.words, await self.book(), model)
        return await self._memories.recaller.recall(reminder, flow)

    async def keep(self, results: Sequence[AgentResult], report: RunReport) -> str:
        """Keep what was learned and found for later runs; why not, where that failed."""
        run = self._run
        if not run.terms.memory:
            return ""
        await self._memories.lessons.remember(run, results)
        return await self._memories.findings.remember(run.plan.root, run.id, run.started_at, report)
