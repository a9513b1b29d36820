"""End a run before its end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...domain.errors import RunBusy, UserError
from ...domain.events.events import RunFinished
from ...domain.journal.record import Signal
from ...domain.orchestration.run import RunRecord, RunStatus
from ...domain.ports.clock import Clock
from ...domain.ports.event_bus import EventBus
from ...domain.ports.run_journal import RunJournal
from ..flow.attended import CANCEL
from .finding_runs import LAST, the_run


@dataclass(frozen=True, slots=True)
class CancelRunRequest:
    """Which run, and who wants its end."""

    run_id: str = LAST
    who: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The run as it is; `asked` is True when its own process was asked to stop, and has not yet."""

    run: RunRecord
    asked: bool


class CancelRun:
    """Stops a run, whoever drives it.

    - A run that a living process drives is told to stop; it keeps what it has and says cancelled.
    - A run that waits or was interrupted is closed here.
    - What was recorded stays: a cancelled run can be resumed.
    """

    def __init__(self, journal: RunJournal, bus: EventBus, clock: Clock) -> None:
        self._journal = journal
        self._bus = bus
        self._clock = clock

    async def execute(self, request: CancelRunRequest) -> Cancelled:
        """What became of it; raises UserError for a run that has ended already."""
        run = await the_run(self._journal, request.run_id)
        if run.status in {RunStatus.COMPLETED, RunStatus.CANCELLED, RunStatus.FAILED}:
            raise UserError(
                f"run {run.id!r} has ended: it is {run.status.value}",
                code="run-ended",
                hint=f"muster show {run.id}",
            )
        try:
            opened = await self._journal.open(run.id)
        except RunBusy:
            await self._journal.signal(run.id, Signal(CANCEL, "{}", self._clock.now(), request.who))
            return Cancelled(run, asked=True)
        who = f"cancelled by {request.who}" if request.who else "cancelled"
        ended = replace(
            opened.run,
            status=RunStatus.CANCELLED,
            agents=run.agents,
            finished_at=self._clock.now(),
            error=who,
            waits=(),
        )
        await self._journal.finish(ended, opened.epoch)
        self._bus.publish(RunFinished(ended.id, ended.status, ended.duration or 0.0))
        return Cancelled(ended, asked=False)
