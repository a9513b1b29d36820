"""Conditions on what an agent gave: typed, written in plain words, and honest about what is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..errors import UserError
from ..evidence.severity import Severity
from .gates import GateVerdict

STATUSES = ("completed", "failed", "cancelled", "skipped")
ANY = "any"
HINT = (
    'write e.g. "status is completed", "findings high at least 1", "findings high or worse at most 0", '
    '"confidence at least 0.7", "gates are passed", "not gates are failed", or several with "and", or with "or"'
)
MAX_LENGTH = 500


class Bound(StrEnum):
    """Which side of a number is meant."""

    AT_LEAST = "at least"
    AT_MOST = "at most"

    def holds(self, value: float, number: float) -> bool:
        """Whether `value` is on this side of `number`."""
        return value >= number if self is Bound.AT_LEAST else value <= number


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions may ask about: None is not known, and never a number."""

    status: str
    findings: Mapping[Severity, int]
    confidence: float | None = None
    gates: GateVerdict = GateVerdict.UNMEASURED


@dataclass(frozen=True, slots=True)
class StatusIs:
    """How the step ended."""

    status: str

    def holds(self, facts: Facts) -> bool | None:
        """Whether it ended so."""
        return facts.status == self.status

    def __str__(self) -> str:
        return f"status is {self.status}"


@dataclass(frozen=True, slots=True)
class FindingsCount:
    """How many findings there are of a severity, or of it and those above; `severity` None counts all."""

    severity: Severity | None
    bound: Bound
    number: int
    or_worse: bool = False

    def holds(self, facts: Facts) -> bool | None:
        """Whether the count is on the right side."""
        counted = sum(count for severity, count in facts.findings.items() if self._counts(severity))
        return self.bound.holds(counted, self.number)

    def _counts(self, severity: Severity) -> bool:
        if self.severity is None or severity is self.severity:
            return True
        return self.or_worse and severity.rank > self.severity.rank

    def __str__(self) -> str:
        kind = self.severity.value if self.severity else ANY
        return f"findings {kind}{' or worse' if self.or_worse else ''} {self.bound.value} {self.number}"


@dataclass(frozen=True, slots=True)
class ConfidenceIs:
    """How sure the agent said it was, from 0 to 1."""

    bound: Bound
    number: float

    def holds(self, facts: Facts) -> bool | None:
        """Whether it is on the right side; None when it said nothing."""
        return None if facts.confidence is None else self.bound.holds(facts.confidence, self.number)

    def __str__(self) -> str:
        return f"confidence {self.bound.value} {self.number!r}"


@dataclass(frozen=True, slots=True)
class GatesAre:
    """Where the gates stand."""

    verdict: GateVerdict

    def holds(self, facts: Facts) -> bool | None:
        """Whether they stand so: unmeasured is a standing too."""
        return facts.gates is self.verdict

    def __str__(self) -> str:
        return f"gates are {self.verdict.value}"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; of what is not known nothing is known."""

    condition: Atom

    def holds(self, facts: Facts) -> bool | None:
        """The other way round."""
        inner = self.condition.holds(facts)
        return None if inner is None else not inner

    def __str__(self) -> str:
        return f"not {self.condition}"


@dataclass(frozen=True, slots=True)
class Joined:
    """Several at once (`every`) or one of several."""

    every: bool
    conditions: tuple[Atom | Not, ...]

    def holds(self, facts: Facts) -> bool | None:
        """Decided as soon as what is known decides it, whatever the rest would say."""
        answers = [condition.holds(facts) for condition in self.conditions]
        decisive = not self.every
        if decisive in answers:
            return decisive
        return None if None in answers else self.every

    def __str__(self) -> str:
        return (" and " if self.every else " or ").join(map(str, self.conditions))


Atom = StatusIs | FindingsCount | ConfidenceIs | GatesAre
Condition = Atom | Not | Joined
BOUNDS = {"at least": Bound.AT_LEAST, ">=": Bound.AT_LEAST, "at most": Bound.AT_MOST, "<=": Bound.AT_MOST}
SIDE = r"(?P<bound>at least|at most|>=|<=)"
STATUS = re.compile(r"status is (?P<status>\w+)")
FINDINGS = re.compile(rf"findings (?P<kind>\w+)(?P<worse> or worse)? {SIDE} (?P<number>\d{{1,6}})")
CONFIDENCE = re.compile(rf"confidence {SIDE} (?P<number>[\d.eE+-]{{1,30}})")
GATES = re.compile(r"gates (?:are|is) (?P<verdict>\w+)")
OR = re.compile(r" or (?!worse\b)")


def parse_condition(text: str) -> Condition:
    """Read a condition in words; raises UserError that quotes the part that is not understood."""
    words = " ".join(text.split())
    if not words or len(words) > MAX_LENGTH:
        fault = "is empty" if not words else f"has {len(words)} characters, more than {MAX_LENGTH}"
        raise UserError(f"the condition {fault}", code="condition", hint=HINT)
    every, either = words.split(" and "), OR.split(words)
    if len(every) > 1 and len(either) > 1:
        fault = f'the condition {text!r} mixes "and" with "or"'
        raise UserError(fault, code="condition", hint="use one of the two, or nest two conditionals")
    parts = every if len(every) > 1 else either
    read = tuple(_negatable(part) for part in parts)
    return read[0] if len(read) == 1 else Joined(len(every) > 1, read)


def words_of(value: Mapping[object, object]) -> str:
    """The words of a condition that was written as a mapping.

    `{findings: high, or_worse: true, at_least: 1}`, `{confidence: {at_least: 0.7}}`, `{status: failed}`,
    `{gates: passed}`, `{not: …}`, `{all: […]}`, `{any: […]}`; raises UserError.
    """
    if len(value) == 1:
        (key, inner), *_ = value.items()
        if key in {"all", "any"} and isinstance(inner, list | tuple):
            word = " and " if key == "all" else " or "
            return str(parse_condition(word.join(_said(each) for each in inner)))
        if key == "not":
            return str(parse_condition(f"not {_said(inner)}"))
    return str(parse_condition(_plain(value)))


def _said(value: object) -> str:
    return words_of(value) if isinstance(value, Mapping) else str(value)


def _plain(value: Mapping[object, object]) -> str:
    """A mapping of one condition as the words that mean the same."""
    subject = next((key for key in ("status", "findings", "confidence", "gates") if key in value), None)
    if subject is None:
        named = ", ".join(map(str, value)) or "nothing"
        raise UserError(f"the condition names {named}", code="condition", hint=HINT)
    given = value[subject]
    rest = {key: each for key, each in value.items() if key != subject}
    if isinstance(given, Mapping):
        rest, given = {**rest, **given}, ""
    worse = " or worse" if rest.pop("or_worse", False) is True else ""
    sides = [f"{str(key).replace('_', ' ')} {each}" for key, each in rest.items()]
    verb = {"status": "is ", "gates": "are "}.get(subject, "")
    return " ".join(f"{subject} {verb}{given}{worse} {' '.join(sides)}".split())


def _negatable(text: str) -> Atom | Not:
    bare = text.removeprefix("not ")
    atom = _atom(bare)
    return atom if bare == text else Not(atom)


def _atom(text: str) -> Atom:
    if found := STATUS.fullmatch(text):
        return StatusIs(_one_of(found["status"], STATUSES, "status", text))
    if found := FINDINGS.fullmatch(text):
        kind = _one_of(found["kind"], (ANY, *(s.value for s in Severity)), "severity", text)
        severity = None if kind == ANY else Severity(kind)
        worse = severity is not None and found["worse"] is not None
        return FindingsCount(severity, BOUNDS[found["bound"]], int(found["number"]), worse)
    if found := CONFIDENCE.fullmatch(text):
        return ConfidenceIs(BOUNDS[found["bound"]], _share(found["number"], text))
    if found := GATES.fullmatch(text):
        return GatesAre(GateVerdict(_one_of(found["verdict"], tuple(GateVerdict), "verdict", text)))
    raise UserError(f"the condition {text!r} is not understood", code="condition", hint=HINT)


def _one_of(word: str, known: tuple[str, ...], noun: str, text: str) -> str:
    if word not in known:
        fault = f"the condition {text!r} has the {noun} {word!r}"
        raise UserError(fault, code="condition", hint=f"known: {', '.join(known)}")
    return word


def _share(word: str, text: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        fault = f"the condition {text!r} has the confidence {word!r}"
        raise UserError(fault, code="condition", hint="confidence goes from 0 to 1")
    return number
