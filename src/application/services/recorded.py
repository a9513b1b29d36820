"""What the journal tells of a run beside its record: steps and paid calls of an open one, and who answered what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...domain.journal.record import Record, RecordKind, Signal
from ...domain.orchestration.run import GivenAnswer, Recorded, RunRecord, RunStatus
from ..flow.asking import ASK, read_answer
from ..flow.durable_model import spent_in

KEPT = frozenset({RecordKind.RESULT, RecordKind.AGENT})
ENDS = frozenset({RecordKind.RESULT, RecordKind.FAILURE})
DOUBT = "doubt:"
DONE = {"retry": "to be made again", "skip": "to be skipped"}
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


def answers(signals: Iterable[Signal]) -> tuple[GivenAnswer, ...]:
    """What was answered to the questions of a run, in that order; other words to it are no answers."""
    given: list[GivenAnswer] = []
    for signal in signals:
        answer = read_answer(signal)
        if signal.name.startswith(ASK):
            said = "approved" if answer.yes else "denied"
            given.append(GivenAnswer(signal.name.removeprefix(ASK), said, answer.who, answer.reason))
        elif signal.name.startswith(DOUBT):
            step, said = signal.name.removeprefix(DOUBT), _done(signal)
            given.append(GivenAnswer(step, said, answer.who, answer.reason))
    return tuple(given)


def _done(signal: Signal) -> str:
    try:
        return DONE[json.loads(signal.payload)["do"]]
    except (ValueError, KeyError, TypeError):
        return "answered"
