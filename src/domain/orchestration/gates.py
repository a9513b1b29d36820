"""Quality gates: a measured value against a threshold, or unmeasured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..errors import UnknownName, UserError
from ..evidence.finding import Finding
from ..evidence.severity import Severity


class Direction(StrEnum):
    """Which side of the threshold is good."""

    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class GateKind:
    """A gate that exists: the measure it looks at, which side is good, and the unit of its threshold."""

    name: str
    measure: str
    direction: Direction
    unit: str
    purpose: str


KINDS: Mapping[str, GateKind] = {
    kind.name: kind
    for kind in (
        GateKind("coverage", "coverage.percent", Direction.AT_LEAST, "%", "line coverage of the tests"),
        GateKind(
            "complexity", "complexity.max", Direction.AT_MOST, "", "worst cognitive complexity of a function"
        ),
        GateKind("score", "health.score", Direction.AT_LEAST, "/100", "health score over what was measured"),
        GateKind(
            "quality", "health.quality", Direction.AT_LEAST, "/10", "quality category, tenths of its score"
        ),
        GateKind(
            "documentation", "docstrings.percent", Direction.AT_LEAST, "%", "public API with docstrings"
        ),
        *(
            GateKind(s.value, f"findings.{s.value}", Direction.AT_MOST, "", f"findings of severity {s.value}")
            for s in Severity
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One threshold that a run is held against; `name` is a key of `KINDS`."""

    name: str
    threshold: float

    @classmethod
    def parse(cls, text: str) -> Gate:
        """Read `name=value`; raises UserError that says what is wrong."""
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise UserError(f"gate {text!r} has no value", code="gate", hint="write name=value, e.g. high=0")
        if name not in KINDS:
            raise UnknownName.of("gate", name, KINDS)
        try:
            threshold = float(value)
        except ValueError:
            threshold = float("nan")
        if not 0 <= threshold < float("inf"):
            raise UserError(
                f"gate {name!r} needs a number from 0 up, not {value!r}", code="gate", hint=f"{name}=0"
            )
        return cls(name, threshold)


class GateVerdict(StrEnum):
    """What was not measured is neither passed nor failed."""

    PASSED = "passed"
    FAILED = "failed"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True)
class GateResult:
    """Measured value, threshold and verdict; `value` is None exactly when the verdict is unmeasured."""

    name: str
    threshold: float
    direction: Direction
    value: float | None
    verdict: GateVerdict
    reason: str = ""


def check(gate: Gate, measures: Mapping[str, float], why_not: str = "") -> GateResult:
    """Hold `gate` against the measures; a measure that is absent makes it unmeasured, for reason `why_not`."""
    kind = KINDS[gate.name]
    value = measures.get(kind.measure)
    if value is None:
        reason = why_not or f"{kind.measure} was not measured"
        return GateResult(gate.name, gate.threshold, kind.direction, None, GateVerdict.UNMEASURED, reason)
    good = value >= gate.threshold if kind.direction is Direction.AT_LEAST else value <= gate.threshold
    verdict = GateVerdict.PASSED if good else GateVerdict.FAILED
    return GateResult(gate.name, gate.threshold, kind.direction, value, verdict)


def severity_measures(findings: Iterable[Finding]) -> dict[str, float]:
    """`findings.<severity>` → count, for every severity."""
    counts = {f"findings.{severity.value}": 0.0 for severity in Severity}
    for finding in findings:
        counts[f"findings.{finding.severity.value}"] += 1
    return counts
