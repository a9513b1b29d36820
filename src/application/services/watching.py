"""What an agent of a run is held to: the user's words name targets, everything else is data."""

from __future__ import annotations

from ...domain.turns.types import TurnInput
from ..orchestrators.patterns.base import Assignment
from ..turns.argument_watch import ArgumentWatch, watch_over
from .bench import Bench


def watch_of(turn: TurnInput, assignment: Assignment, bench: Bench) -> ArgumentWatch:
    """A watch for one agent's step; staged edits are granted for the files that the run is about, or for all.

    What a manager hands out, what others send, and what is remembered names nothing: models made it that have read
    strangers' text.
    """
    watch = watch_over(bench.plan.task, granted=bench.plan.focus or ("",))
    if turn.snapshot is not None:
        watch.read(f"the file {turn.snapshot.path}", turn.snapshot.content)
    for said in turn.history:
        watch.read("what is remembered", said.content)
    for message in assignment.inbox:
        watch.read(f"a message of {message.sender}", message.payload)
    if assignment.task:
        watch.read("the assignment that another agent gave", assignment.task)
    return watch
