"""List the recorded steps of a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ...domain.errors import UserError
from ...domain.journal.record import Record, RecordKind
from ...domain.models.attempt import total_cost, total_usage
from ...domain.ports.run_journal import RunJournal
from ..flow.durable_model import spent_in
from ..services.crew import STEP
from ..services.pending import all_records
from .finding_runs import LAST, the_run
from .fork_run import KEPT


@dataclass(frozen=True, slots=True)
class ListStepsRequest:
    """Which run."""

    run_id: str = LAST


@dataclass(frozen=True, slots=True)
class RunStep:
    """A step that can be forked from: its key, what it is, when it was done, and what it took.

    What an agent took is the sum of its calls. `cost` is None when it is unpriced; `inherited` marks what was taken
    over from another run, which cost nothing here.
    """

    key: str
    kind: str
    at: datetime
    tokens: int = 0
    cost: Decimal | None = Decimal(0)
    inherited: bool = False


class ListSteps:
    """Tells the steps of a run in the order in which they were done, each once, with the newest word on it."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ListStepsRequest) -> tuple[RunStep, ...]:
        """The steps; raises UserError when none are kept, UnknownName, StorageError."""
        run = await the_run(self._journal, request.run_id)
        records = [one for one in await all_records(self._journal, run.id) if one.kind in KEPT]
        if not records:
            raise UserError(
                f"no steps of run {run.id!r} are kept",
                code="no-steps",
                hint="it was compacted, written by an older Muster, or has done nothing yet",
            )
        return tuple({one.key: _step(one) for one in records}.values())


def _step(record: Record) -> RunStep:
    inherited = record.epoch == 0
    if record.kind is RecordKind.AGENT:
        result = STEP.load(record).result
        tokens, cost = result.usage.total, result.cost
    else:
        attempts = spent_in(record)
        tokens, cost = total_usage(attempts).total, total_cost(attempts)
    free = (0, Decimal(0)) if inherited else (tokens, cost)
    return RunStep(record.key, _kind(record), record.at, *free, inherited)


def _kind(record: Record) -> str:
    """What was done: the part of the key that says so, else the kind of the record."""
    parts = record.key.split("/")
    named = next((part for part in ("model", "tool", "evidence") if part in parts), None)
    return named if named and record.kind is RecordKind.RESULT else record.kind.value
