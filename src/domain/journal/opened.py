"""A run as its driver gets it, and as it is carried to another journal."""

from __future__ import annotations

from dataclasses import dataclass

from ..orchestration.run import RunRecord
from .record import Record, Signal


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run that is now this driver's; whoever had it before is fenced off by the new `epoch`."""

    run: RunRecord
    epoch: int
    records: tuple[Record, ...] = ()
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class RunDump:
    """Everything that a journal keeps of one run."""

    run: RunRecord
    records: tuple[Record, ...] = ()
    signals: tuple[Signal, ...] = ()
