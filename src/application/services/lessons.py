"""What agents learned, kept for the agents of later runs."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

from ...domain.errors import MusterError
from ...domain.memory.entry import Origin
from ...domain.memory.pattern import PREFIX, pattern_data
from ...domain.memory.run_outcome import project_of
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.automatic_class import classify

LESSON = "lesson"
log = logging.getLogger(__name__)


class LessonBook:
    """Keeps each lesson of a project once, however often agents learn it, with the agent and the run that said it."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def remember(self, run: RunRecord, results: Sequence[AgentResult]) -> int:
        """Keep what the agents of a run learned; returns how many lessons were kept.

        A lesson that may not be kept (a key is missing for what is sensitive) or a store that fails costs the lesson,
        not the run.
        """
        told = {
            lesson: result
            for result in results
            if result.status is AgentStatus.COMPLETED and result.judged
            for lesson in result.lessons
        }
        return sum([await self._keep(run, result, lesson) for lesson, result in told.items()])

    async def _keep(self, run: RunRecord, result: AgentResult, lesson: str) -> bool:
        project = project_of(run.plan.root)
        about = {"project": project, "agent": result.agent, "model": result.model, "run": run.id}
        origin = Origin(author=f"{result.agent} in {run.id}")
        try:
            return await self._store.store(
                lesson_key(project, lesson),
                pattern_data(lesson, LESSON, about),
                classify(lesson),
                origin=origin,
                text=lesson,
            )
        except (MusterError, TypeError, ValueError) as error:
            log.warning("a lesson of run %s is not kept: %s", run.id, error)
            return False


def lesson_key(project: str, lesson: str) -> str:
    """The same for the same words in a project, whatever their case and spaces."""
    digest = hashlib.sha256(
        f"{project}\0{' '.join(lesson.casefold().split())}".encode("utf-8", "surrogatepass")
    )
    return f"{PREFIX}{LESSON}-{digest.hexdigest()[:16]}"
