"""Whether a condition holds; what was not measured makes it neither true nor false."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .condition import SIGNS, Comparison, Condition, Field, Junction, Measured, Negation, Reference
from .state import ALL, StageRecord


@dataclass(frozen=True, slots=True)
class Answer:
    """True, False, or None when what is asked for is not known; `why` says what was looked at."""

    holds: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition is held against."""

    inputs: Mapping[str, str]
    stages: Mapping[str, StageRecord]


def evaluate(condition: Condition, known: Known) -> Answer:
    """The answer in Kleene's logic of three values: `and` with a false part is false whatever the other is."""
    match condition:
        case Comparison():
            return _compare(condition, _value(condition.left, known))
        case Measured(left=left, wanted=wanted):
            there = _value(left, known) is not None
            return Answer(there is wanted, f"{left} is {'measured' if there else 'not measured'}")
        case Negation(inner=inner):
            answer = evaluate(inner, known)
            return Answer(None if answer.holds is None else not answer.holds, answer.why)
        case Junction(left=one, right=other, both=both):
            return _join(evaluate(one, known), evaluate(other, known), both)


def _join(one: Answer, other: Answer, both: bool) -> Answer:
    """The side that decides is the reason; if neither does, both are."""
    deciding = [answer for answer in (one, other) if answer.holds is (not both)]
    if deciding:
        return deciding[0]
    holds = None if None in {one.holds, other.holds} else both
    return Answer(holds, "; ".join(dict.fromkeys((one.why, other.why))))


def _compare(condition: Comparison, value: float | str | None) -> Answer:
    left, right = condition.left, condition.right
    if value is None:
        return Answer(None, f"{left} is not known")
    why = f"{left} is {value:g}" if isinstance(value, float) else f"{left} is {value!r}"
    if isinstance(right, float):
        number = _number(value)
        if number is None:
            return Answer({"==": False, "!=": True}.get(condition.sign), f"{why}, which is no number")
        return Answer(SIGNS[condition.sign](number, right), why)
    same = str(value) == right
    return Answer(same if condition.sign == "==" else not same, why)


def _number(value: float | str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _value(reference: Reference, known: Known) -> float | str | None:
    if reference.field is Field.INPUT:
        return known.inputs.get(reference.name)
    record = known.stages[reference.stage]
    if reference.field is Field.STATUS:
        return record.status.value
    if reference.field is Field.VERDICT:
        return record.verdict.value if record.verdict else None
    if record.handed is None:
        return None
    if reference.field is Field.MEASURE:
        return record.handed.measures.get(reference.name)
    return float(record.handed.findings.get(reference.name or ALL, 0))
