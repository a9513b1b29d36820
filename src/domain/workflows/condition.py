"""Conditions of stages: `stages.scan.findings.high > 0 and not input.depth == quick`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ..errors import UserError
from ..evidence.severity import Severity
from ..orchestration.run import Verdict
from .state import ALL, StageStatus

MAX_LENGTH = 500
MAX_DEPTH = 20
TOKEN = re.compile(
    r"\s*(?:(?P<sign>==|!=|>=|<=|>|<)|(?P<bracket>[()])|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<word>[A-Za-z_][\w.-]*))"
)
SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
ENDED = (StageStatus.COMPLETED, StageStatus.FAILED, StageStatus.SKIPPED)
EXAMPLE = "for example: stages.scan.findings.high > 0 and input.depth == full"


class Field(StrEnum):
    """What a condition may ask about."""

    INPUT = "input"
    STATUS = "status"
    VERDICT = "verdict"
    FINDINGS = "findings"
    MEASURE = "measures"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that has a value: an input called `name`, or a field of `stage` (and in it a severity or measure)."""

    field: Field
    stage: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.field is Field.INPUT:
            return f"input.{self.name}"
        plain = self.field in {Field.STATUS, Field.VERDICT} or self.name == ALL
        return f"stages.{self.stage}.{self.field}" + ("" if plain else f".{self.name}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A value held against a number or a word."""

    left: Reference
    sign: str
    right: float | str


@dataclass(frozen=True, slots=True)
class Measured:
    """Whether there is a value at all."""

    left: Reference
    wanted: bool


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    """Two conditions of which both must hold (`both`), or one."""

    left: Condition
    right: Condition
    both: bool


Condition: TypeAlias = Comparison | Measured | Negation | Junction


def parse_condition(text: str) -> Condition:
    """The condition that `text` says; raises UserError that names the place of the mistake."""
    if len(text) > MAX_LENGTH:
        raise _wrong(text[:40] + "…", f"has {len(text)} characters, more than {MAX_LENGTH}")
    parser = _Parser(text)
    found = parser.either()
    if parser.peek() is not None:
        raise _wrong(text, f"what is {parser.peek()!r} for?")
    return found


def references(condition: Condition) -> tuple[Reference, ...]:
    """Everything that a condition asks about."""
    match condition:
        case Comparison(left=left) | Measured(left=left):
            return (left,)
        case Negation(inner=inner):
            return references(inner)
        case Junction(left=one, right=other):
            return (*references(one), *references(other))


class _Parser:
    """Reads a condition from left to right: `or` binds less than `and`, and that less than `not`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def peek(self) -> str | None:
        """The next token, None at the end."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def either(self) -> Condition:
        """One condition, or several joined by `or`."""
        found = self._both()
        while self._take("or"):
            found = Junction(found, self._both(), both=False)
        return found

    def _both(self) -> Condition:
        found = self._single()
        while self._take("and"):
            found = Junction(found, self._single(), both=True)
        return found

    def _single(self) -> Condition:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _wrong(self._text, "is nested too deeply")
        if self._take("not"):
            found: Condition = Negation(self._single())
        elif self._take("("):
            found = self.either()
            if not self._take(")"):
                raise _wrong(self._text, "a bracket is not closed")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Condition:
        kind, word = self._next("something to compare, such as stages.scan.verdict")
        if kind != "word":
            raise _wrong(self._text, f"{word!r} is nothing that can be compared")
        left = _reference(self._text, word)
        if self._take("is"):
            return self._measured(left)
        kind, sign = self._next(f"a comparison after {word!r}")
        if kind != "sign":
            raise _wrong(self._text, f"after {word!r} comes one of {', '.join(SIGNS)}, not {sign!r}")
        kind, right = self._next(f"a value after {sign!r}")
        if kind in {"sign", "bracket"}:
            raise _wrong(self._text, f"after {sign!r} comes a value, not {right!r}")
        return _typed(self._text, left, sign, float(right) if kind == "number" else right)

    def _measured(self, left: Reference) -> Condition:
        _, word = self._next("'measured' or 'unmeasured' after 'is'")
        if word not in {"measured", "unmeasured"} or left.field not in {Field.MEASURE, Field.FINDINGS}:
            raise _wrong(self._text, "only a measure or findings can be 'is measured' or 'is unmeasured'")
        return Measured(left, wanted=word == "measured")

    def _take(self, wanted: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] in {
            ("word", wanted), ("bracket", wanted)
        }  # fmt: skip
        self._at += found
        return found

    def _next(self, wanted: str) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _wrong(self._text, f"it ends where {wanted} is needed")
        self._at += 1
        return self._tokens[self._at - 1]


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise _wrong(text, f"{text[at:].split(maxsplit=1)[0]!r} cannot be read")
        kind = str(match.lastgroup)
        found.append(("text" if kind in {"single", "double"} else kind, str(match[kind])))
        at = match.end()
    return found


def _reference(text: str, word: str) -> Reference:
    head, _, rest = word.partition(".")
    if head == "input" and rest and "." not in rest:
        return Reference(Field.INPUT, name=rest)
    stage, _, rest = rest.partition(".")
    field, _, name = rest.partition(".")
    if head != "stages" or not stage or field not in set(Field) - {Field.INPUT}:
        known = "input.NAME, stages.ID.status, .verdict, .findings, .findings.SEVERITY, .measures.NAME"
        raise _wrong(text, f"{word!r} is not known", known)
    return Reference(Field(field), stage, _part(text, word, Field(field), name))


def _part(text: str, word: str, field: Field, name: str) -> str:
    """What in the field is meant: a severity, a measure, or nothing."""
    if field is Field.FINDINGS:
        if name and name not in set(Severity):
            raise _wrong(text, f"{name!r} is no severity", f"known: {', '.join(Severity)}")
        return name or ALL
    if field is Field.MEASURE and not name:
        raise _wrong(
            text, f"{word!r} does not say which measure", "e.g. stages.tests.measures.coverage.percent"
        )
    if field is not Field.MEASURE and name:
        raise _wrong(text, f"{word!r} goes on after {field.value!r}", f"{field.value} has no parts")
    return name


def _typed(text: str, left: Reference, sign: str, right: float | str) -> Comparison:
    """The comparison, if its two sides are of one kind."""
    words: Mapping[Field, tuple[str, ...]] = {Field.STATUS: ENDED, Field.VERDICT: tuple(Verdict)}
    if left.field in words:
        if sign not in {"==", "!="} or right not in words[left.field]:
            known = ", ".join(words[left.field])
            raise _wrong(text, f"{left} is compared by == or != with one of {known}")
    elif left.field is not Field.INPUT and not isinstance(right, float):
        raise _wrong(text, f"{left} is a number, and {right!r} is none")
    elif left.field is Field.INPUT and sign not in {"==", "!="} and not isinstance(right, float):
        raise _wrong(text, f"by {sign!r} {left} can be held against a number only")
    return Comparison(left, sign, right)


def _wrong(text: str, reason: str, hint: str = EXAMPLE) -> UserError:
    return UserError(f"condition {text!r}: {reason}", code="condition", hint=hint)
