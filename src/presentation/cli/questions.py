"""A run asks, and somebody at the terminal answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...container.ground import login
from ...domain.orchestration.approvals import Wait
from ...domain.orchestration.run import RunRecord, RunStatus
from ..reports.waits import ANSWERED, step_of
from .run_async import run_async
from .terminal import say

if TYPE_CHECKING:
    from ...container import Container

YES = frozenset({"y", "yes"})
NO = frozenset({"", "n", "no"})


def talked_over(house: Container, record: RunRecord, go_on: Callable[[str], RunRecord]) -> RunRecord:
    """Ask for each answer that `record` waits for, and `go_on` with it, until it waits for none or nobody answers."""
    while record.status is RunStatus.WAITING and (asked := _asked(record)):
        for wait in asked:
            said = _ask(wait)
            if said is None:
                return record
            _answer(house, record, wait, said)
        record = go_on(record.id)
    return record


def _asked(record: RunRecord) -> list[Wait]:
    return [wait for wait in record.waits if wait.kind in ANSWERED]


def _ask(wait: Wait) -> str | None:
    """What the person types; None for Ctrl-C and Ctrl-D, which leave the run waiting."""
    say(f"\n{wait.words}")
    print("approve? [y/N/reason why not] ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a question
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        line = ""
    if line:
        return line.strip()
    say("")
    return None


def _answer(house: Container, record: RunRecord, wait: Wait, said: str) -> None:
    from ...application.use_cases.answer_run import AnswerRunRequest

    approved, plain = said.lower() in YES, said.lower() in NO | YES
    request = AnswerRunRequest(record.id, step_of(wait), approved, "" if plain else said, login())
    run_async(house.answer_run().execute(request))
