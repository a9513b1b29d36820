"""What a run waits for, in words, with the command that answers it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...domain.orchestration.approvals import Wait, WaitKind
from ...domain.orchestration.run import RunRecord, RunStatus

WHOM: Mapping[WaitKind, str] = {
    WaitKind.APPROVAL: "approval",
    WaitKind.DOUBT: "step in doubt",
    WaitKind.SIGNAL: "signal",
    WaitKind.TIMER: "time",
}
ANSWERED = frozenset({WaitKind.APPROVAL, WaitKind.DOUBT})
"""What a person answers with yes or no."""


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One wait in words; `answers` are commands, none for what no command ends."""

    kind: str
    words: str
    answers: tuple[str, ...]


def step_of(wait: Wait) -> str:
    """The step that asks: what the wait is called, without its kind."""
    return wait.name.partition(":")[2] or wait.name


def waits(record: RunRecord) -> tuple[WaitRow, ...]:
    """One row for each thing that a run which was put aside waits for."""
    if record.status is not RunStatus.WAITING:
        return ()
    alone = sum(wait.kind in ANSWERED for wait in record.waits) == 1
    return tuple(
        WaitRow(WHOM[wait.kind], wait.words, _answers(record.id, wait, alone)) for wait in record.waits
    )


def _answers(run_id: str, wait: Wait, alone: bool) -> tuple[str, ...]:
    if wait.kind is WaitKind.TIMER:
        return (f"muster resume {run_id}",)
    if wait.kind not in ANSWERED:
        return ()
    step = "" if alone else f" --step {shlex.quote(step_of(wait))}"
    return f"muster approve {run_id}{step}", f"muster deny {run_id}{step}"


def waiting_lines(record: RunRecord) -> Iterator[str]:
    """What is told beside the report of a run that waits."""
    for row in waits(record):
        yield f"muster: run {record.id} waits ({row.kind}): {row.words}"
        if row.answers:
            yield f"hint: {' or '.join(row.answers)}"
