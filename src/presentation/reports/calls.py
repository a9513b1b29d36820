"""Every call of a language model in a run, as rows: who asked which model, how it ended, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...domain.models.attempt import Attempt, UsageSource
from ...domain.orchestration.run import RunRecord
from . import wording
from .course import taken_over

HEAD = ("Agent", "Call", "Model", "Result", "Time", "Tokens", "Cost")


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in words; `ok` tells whether it gave an answer."""

    agent: str
    number: str
    model: str
    result: str
    time: str
    tokens: str
    cost: str
    ok: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of `HEAD`."""
        return (self.agent, self.number, self.model, self.result, self.time, self.tokens, self.cost)


def calls(record: RunRecord) -> tuple[CallRow, ...]:
    """One row an attempt; none for a run in which no language model was asked."""
    asked = any(agent.judged and agent.attempts for agent in record.agents)
    return tuple(_rows(record)) if asked else ()


def _rows(record: RunRecord) -> Iterator[CallRow]:
    for agent in record.agents:
        for number, attempt in enumerate(agent.attempts, 1):
            yield CallRow(
                wording.printable(agent.agent),
                str(number),
                wording.printable(attempt.model),
                _result(attempt),
                _time(attempt),
                _tokens(attempt),
                _cost(attempt),
                attempt.ok,
            )


def _result(attempt: Attempt) -> str:
    said = "answered" if attempt.error is None else attempt.error.value.replace("_", " ")
    notes = []
    if attempt.cached:
        notes.append("taken over" if taken_over(attempt) else "from the cache")
    notes += ["fallback"] if attempt.fallback else []
    return f"{said} ({', '.join(notes)})" if notes else said


def _time(attempt: Attempt) -> str:
    waited = f" after {wording.duration(attempt.waited)}" if attempt.waited >= 0.05 else ""
    return f"{wording.duration(attempt.duration)}{waited}"


def _tokens(attempt: Attempt) -> str:
    if not attempt.usage.total:
        return "none"
    about = "about " if attempt.source is UsageSource.ESTIMATED else ""
    return f"{about}{attempt.usage.read:,} in, {attempt.usage.output:,} out"


def _cost(attempt: Attempt) -> str:
    if attempt.spared is not None:
        return f"not made, up to {wording.money(attempt.spared)}"
    about = "about " if attempt.source is UsageSource.ESTIMATED and attempt.cost else ""
    return f"{about}{wording.money(attempt.cost)}"
