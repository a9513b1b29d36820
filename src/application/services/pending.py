"""What a run waits for, as its journal tells it, whether or not somebody drives it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.approvals import Wait, WaitKind
from ...domain.orchestration.run import RunRecord, RunStatus
from ...domain.ports.run_journal import RunJournal
from ..flow.flow import WAITING

PAGE = 1000


async def all_records(journal: RunJournal, run_id: str) -> list[Record]:
    """Every record of a run, in order."""
    found: list[Record] = []
    while page := await journal.events(run_id, found[-1].number if found else 0, PAGE):
        found += page
    return found


async def pending(journal: RunJournal, run: RunRecord) -> tuple[Wait, ...]:
    """What `run` waits for now; nothing when it has ended, or was never asked."""
    if run.status is RunStatus.WAITING:
        return run.waits
    if run.status in {RunStatus.COMPLETED, RunStatus.CANCELLED, RunStatus.FAILED}:
        return ()
    return open_waits(await all_records(journal, run.id))


def open_waits(records: Iterable[Record]) -> tuple[Wait, ...]:
    """Waits that were announced and have not ended."""
    waits: dict[str, Wait] = {}
    for record in records:
        if record.kind is RecordKind.EVENT and record.key.startswith(WAITING):
            content = json.loads(record.payload)
            name = record.key.removeprefix(WAITING)
            waits[name] = Wait(WaitKind(content["kind"]), name, content["words"])
        elif record.kind is RecordKind.SIGNAL:
            waits.pop(record.key, None)
    return tuple(waits.values())
