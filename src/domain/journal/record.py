"""One line of a run's journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordKind(StrEnum):
    """What a record tells of the step or thing that its key names.

    - intent: the step is about to be made; without a result or a failure after it, it is in doubt.
    - result: what the step gave; it is never made again.
    - failure: an attempt of the step ended in an error; the next one may go well.
    - agent: what one agent's whole step gave (JSON object whose `result` is an AgentResult).
    - timer: until when something waits.
    - signal: a word from outside was taken up.
    - event: something that whoever watches may want to know.
    """

    INTENT = "intent"
    RESULT = "result"
    FAILURE = "failure"
    AGENT = "agent"
    TIMER = "timer"
    SIGNAL = "signal"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a run; `payload` is JSON text of the form `version`.

    `number` counts from 1; a gap tells of a record that could not be kept.
    `key` names the step by run, agent, iteration and call, never by its place in time: agents that work side by
    side finish in any order. `epoch` tells the driver that wrote it; 0 is a record that was taken over from another
    run.
    """

    number: int
    kind: RecordKind
    key: str
    at: datetime
    epoch: int
    payload: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Signal:
    """A word from outside to a run: an approval, a denial, a wish to stop; `payload` is JSON text.

    `number` counts the signals of a run from 1; the journal gives it.
    """

    name: str
    payload: str
    sent_at: datetime
    sender: str = ""
    number: int = 0
