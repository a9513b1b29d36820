"""How a run came to its end: where it came from, what it went through, and what it took against what was planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...domain.models.attempt import Attempt, UsageSource
from ...domain.orchestration.run import GivenAnswer, RunRecord, RunStatus
from . import plan_words, wording

PLANNED_HEAD = ("What", "Planned", "Taken", "Which is")
WITHIN, ABOVE, BELOW, SO_FAR, PAUSED = "as planned", "more", "less", "so far", "with its pauses"

STOPPED = frozenset({RunStatus.INTERRUPTED, RunStatus.CANCELLED, RunStatus.FAILED})


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One thing that was estimated: the range, what it came to, and how the two stand to each other."""

    name: str
    planned: str
    taken: str
    stands: str

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """In the order of `PLANNED_HEAD`."""
        return self.name, self.planned, self.taken, self.stands


def course(record: RunRecord) -> tuple[tuple[str, str], ...]:
    """(what, in words) of everything that is not the straight way from a beginning to an end."""
    rows = [("forked from", record.parent)]
    if taken := sum(taken_over(attempt) for agent in record.agents for attempt in agent.attempts):
        rows.append(("taken over", f"{wording.count(taken, 'call')}, at no cost"))
    if record.resumed:
        rows.append(("resumed", wording.count(record.resumed, "time")))
    if record.repeated:
        rows.append(("repeated", f"{wording.count(record.repeated, 'call')} whose answer a crash had taken"))
    rows += (("asked", _answer(answer)) for answer in record.answers)
    rows += _kept(record)
    return tuple((name, words) for name, words in rows if words)


def _answer(answer: GivenAnswer) -> str:
    who = f" by {wording.printable(answer.who)}" if answer.who else ""
    reason = f", {wording.printable(answer.reason)}" if answer.reason else ""
    return f"{wording.printable(answer.step)} {answer.said}{who}{reason}"


def _kept(record: RunRecord) -> Iterator[tuple[str, str]]:
    """What is there of a run that can go on, and how it does."""
    if record.recorded is None:
        return
    yield "kept", wording.count(record.recorded.steps, "step")
    yield "broken off", wording.broken_off(record)
    if record.status in STOPPED:
        yield "go on with", f"muster resume {record.id}"


def taken_over(attempt: Attempt) -> bool:
    """Whether a call was made in another run, and only read in this one; a cache keeps no count of tokens."""
    return attempt.cached and attempt.source is not UsageSource.NONE


def planned(record: RunRecord) -> tuple[PlannedRow, ...]:
    """What was estimated against what it took, a row each."""
    estimate = record.plan.estimate
    seconds, tokens = estimate.seconds, estimate.tokens
    took = record.duration
    return (
        PlannedRow(
            "time",
            plan_words.seconds(seconds),
            wording.duration(took),
            PAUSED if record.resumed else _stands(record, seconds.low, took, seconds.high),
        ),
        PlannedRow(
            "tokens",
            plan_words.tokens(tokens).replace(" tokens", ""),
            wording.tokens(record),
            _stands(record, tokens.low, record.usage.total, tokens.high),
        ),
        PlannedRow("cost", plan_words.cost(estimate.cost), wording.price(record), _cost(record)),
    )


def _cost(record: RunRecord) -> str:
    spread = record.plan.estimate.cost
    return "" if spread is None else _stands(record, spread[0], record.cost, spread[2])


def _stands(
    record: RunRecord, low: float | Decimal, value: float | Decimal | None, high: float | Decimal
) -> str:
    """Where a value lies; nothing is said of one that is not known."""
    if value is None:
        return ""
    if record.status is not RunStatus.COMPLETED:
        return SO_FAR
    return BELOW if value < low else ABOVE if value > high else WITHIN
