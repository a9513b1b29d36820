"""What the journal tells of a run that has not come to its end: its steps, and the calls that were paid."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.run import Recorded, RunRecord, RunStatus
from ..flow.durable_model import spent_in

KEPT = frozenset({RecordKind.RESULT, RecordKind.AGENT})
ENDS = frozenset({RecordKind.RESULT, RecordKind.FAILURE})
UNDER_WAY = frozenset({RunStatus.RUNNING, RunStatus.WAITING})
EMBEDDED = "offline/"
"""How models are called that are part of this program: they cost nothing, whatever becomes of a call."""


def recorded(run: RunRecord, records: Sequence[Record]) -> Recorded:
    """The steps that are kept, the calls in them, and the models of calls that were broken off."""
    calls = tuple(attempt for record in records for attempt in spent_in(record))
    steps = len({record.key for record in records if record.kind in KEPT})
    models = {planned.agent: planned.model for planned in run.plan.agents}
    named = (models.get(key.partition("#")[0], "a language model") for key in _broken_off(run, records))
    broken_off = tuple(name for name in named if not name.startswith(EMBEDDED))
    asked = {call.model for call in calls if call.usage.total and not call.model.startswith(EMBEDDED)}
    return Recorded(steps, calls, broken_off, tuple(sorted(asked.union(broken_off))))


def _broken_off(run: RunRecord, records: Sequence[Record]) -> Iterator[str]:
    """The key of each call that was given up without a word on its cost, or that nothing tells the end of."""
    open_calls: Counter[str] = Counter()
    for record in records:
        if "/model/" not in f"/{record.key}" or record.epoch == 0:
            continue
        if record.kind is RecordKind.INTENT:
            open_calls[record.key] += 1
        elif record.kind in ENDS:
            open_calls[record.key] -= 1
            if record.kind is RecordKind.FAILURE and not spent_in(record) and _given_up(record):
                yield record.key
    if run.status not in UNDER_WAY:
        yield from (+open_calls).elements()


def _given_up(failure: Record) -> bool:
    try:
        return bool(json.loads(failure.payload)["error"] == "cancelled")
    except (ValueError, KeyError, TypeError):
        return False
