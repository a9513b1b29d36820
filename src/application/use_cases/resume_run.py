"""Go on with a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...domain.errors import UserError
from ...domain.orchestration.approvals import DoubtPolicy
from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal
from ..services.run_driver import RunDriver
from .finding_runs import LAST, the_run


@dataclass(frozen=True, slots=True)
class ResumeRunRequest:
    """Which run; `in_doubt` (None: as it was begun) says what becomes of steps that a crash has left in doubt.

    `force` takes the run from the process that drives it, or that seems to, from another host.
    """

    run_id: str = LAST
    in_doubt: DoubtPolicy | None = None
    force: bool = False


class ResumeRun:
    """Takes up a run that was interrupted, cancelled, has failed, or waits.

    - What is recorded is not done again and not paid again: results of agents, answers of models, results of tools,
      evidence. A model's answer that a crash took is asked for once more, and counted.
    - A step that must not be repeated and was under way is in doubt: it waits for a person, or is retried or skipped as
      the request says; it is never repeated silently.
    - The terms on which the run was begun hold: budget (less what was spent), gates, baseline, approvals.
    - A completed run has nothing to go on with; a run that another process drives is left to it (RunBusy),
      unless it is taken by force: then that process is fenced off, and stops at its next record.
    """

    def __init__(self, driver: RunDriver, journal: RunJournal) -> None:
        self._driver = driver
        self._journal = journal

    async def execute(self, request: ResumeRunRequest) -> RunRecord:
        """The run as it stands when it has ended, or waits again; raises UserError, UnknownName, StorageError."""
        run = await the_run(self._journal, request.run_id)
        if not run.status.is_open:
            raise UserError(
                f"run {run.id!r} is completed: there is nothing to go on with",
                code="run-completed",
                hint=f"look at it with: muster show {run.id}; try another way with: muster fork {run.id} --from STEP",
            )
        if request.in_doubt is not None:
            run = replace(run, terms=replace(run.terms, in_doubt=request.in_doubt))
        return await self._driver.take_up(run, force=request.force)
