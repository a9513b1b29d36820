"""Go on differently from a step of a run."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from ...domain.errors import UnknownName, UserError
from ...domain.journal.opened import RunDump
from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord, RunStatus
from ...domain.ports.clock import Clock
from ...domain.ports.ids import Ids
from ...domain.ports.run_journal import RunJournal
from ..flow.asking import ASK
from ..flow.book import ENDS
from ..services.pending import all_records
from ..services.run_driver import RunDriver
from ..services.run_editing import tells_of_edits
from .finding_runs import LAST, the_run

KEPT = frozenset({RecordKind.RESULT, RecordKind.AGENT})
ANSWERS = (ASK, "doubt:")
"""What the names of signals begin with that belong to the run that asked: another one asks again."""


@dataclass(frozen=True, slots=True)
class ForkRunRequest:
    """A run, and the step that is made anew with all that was recorded after it; `plan` takes the place of its plan."""

    run_id: str = LAST
    step: str = ""
    plan: ExecutionPlan | None = None


class ForkRun:
    """Begins a new run that has what another one had before a step.

    - What was recorded before the step is taken over, staged edits too; it costs nothing in the new run, and is marked
      so. Approvals are not: the new run asks for itself. What was in doubt stays in doubt.
    - The step itself, and what was recorded later, is made anew. Agents that worked side by side are taken as they
      were recorded: what one of them finished after the step is made again too.
    - The first run is not touched. Its terms hold for the new one as well.
    """

    def __init__(self, driver: RunDriver, journal: RunJournal, ids: Ids, clock: Clock) -> None:
        self._driver = driver
        self._journal = journal
        self._ids = ids
        self._clock = clock

    async def execute(self, request: ForkRunRequest) -> RunRecord:
        """The new run when it has ended, or waits; raises UnknownName for a step that the run does not have."""
        origin = await the_run(self._journal, request.run_id)
        records = await all_records(self._journal, origin.id)
        if not records:
            raise UserError(
                f"no steps of run {origin.id!r} are kept",
                code="no-steps",
                hint="it was compacted, or written by an older Muster; run its plan anew",
            )
        kept = before(records, request.step)
        fork = RunRecord(
            self._ids.new("run"),
            request.plan or origin.plan,
            RunStatus.INTERRUPTED,
            self._clock.now(),
            terms=origin.terms,
            parent=origin.id,
        )
        _refuse_more_than(origin.plan.granted, fork.plan.granted)
        self._driver.refuse_what_cannot_run(fork.plan)
        await self._journal.adopt(RunDump(fork, kept))
        return await self._driver.take_up(fork)


def _refuse_more_than(granted: frozenset[str], wanted: frozenset[str]) -> None:
    """Raise UserError when the plan of a fork takes permissions that the first run did not have."""
    more = sorted(wanted - granted)
    if more:
        raise UserError(
            f"the plan takes the permission {', '.join(map(repr, more))}, which the first run did not have",
            code="not-granted",
            hint="take it out of the plan, or begin a new run with that permission",
        )


def before(records: Sequence[Record], step: str) -> tuple[Record, ...]:
    """What was recorded before `step` was first touched, numbered anew and marked as taken over.

    Raises UnknownName for a step that is not there.
    """
    touched = [one.number for one in records if one.key == step or one.key.startswith(f"{step}/")]
    if not touched:
        raise UnknownName.of("step", step, {one.key for one in records if one.kind in KEPT})
    first = min(touched)
    earlier = [one for one in records if one.number < first]
    if earlier and earlier[-1].number == first - 1 and tells_of_edits(earlier[-1]):
        earlier.pop()  # what the step has staged stands right before its result, and is staged anew
    ended = {one.key for one in earlier if one.kind in ENDS}
    kept = [one for one in earlier if _is_taken_over(one, ended)]
    return tuple(replace(one, number=number, epoch=0) for number, one in enumerate(kept, 1))


def _is_taken_over(record: Record, ended: Container[str]) -> bool:
    """Results, staged edits, and words from outside; of steps that must not be repeated also that they are in doubt."""
    if record.kind is RecordKind.SIGNAL:
        return not record.key.startswith(ANSWERS)
    if record.kind is RecordKind.EVENT:
        return tells_of_edits(record)
    if record.kind is RecordKind.INTENT:
        return bool(record.payload) and record.key not in ended
    return record.kind in KEPT
