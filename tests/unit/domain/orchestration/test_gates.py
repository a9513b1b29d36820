"""Gates: passed, failed, unmeasured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import UnknownName, UserError
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.gates import KINDS, Direction, Gate, GateVerdict, check, severity_measures
from tests.fakes.builders import finding


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("high=0", Gate("high", 0.0)),
        (" coverage = 82.5 ", Gate("coverage", 82.5)),
        ("score=0", Gate("score", 0.0)),
    ],
)
def test_a_gate_is_written_as_name_and_value(text: str, gate: Gate) -> None:
    """Blanks around the parts do not matter."""
    assert Gate.parse(text) == gate


@pytest.mark.parametrize(
    "text", ["high", "high=", "high=many", "high=-1", "high=nan", "high=inf", "high=1e999"]
)
def test_a_gate_without_a_sensible_number_is_refused(text: str) -> None:
    """The message names the gate and the hint shows how to write it."""
    with pytest.raises(UserError, match="high") as caught:
        Gate.parse(text)
    assert "high=0" in caught.value.hint


def test_an_unknown_gate_names_the_nearest_one() -> None:
    """A typo is answered with what was probably meant."""
    with pytest.raises(UnknownName) as caught:
        Gate.parse("covrage=80")
    assert str(caught.value) == "unknown gate 'covrage' (did you mean coverage, score?)"


def test_what_was_not_measured_neither_passes_nor_fails() -> None:
    """The verdict is unmeasured, there is no value, and the reason is told."""
    result = check(Gate("coverage", 80), {}, "no coverage data")
    assert (result.verdict, result.value, result.reason) == (GateVerdict.UNMEASURED, None, "no coverage data")


@given(st.sampled_from(sorted(KINDS)), st.floats(0, 1000), st.floats(0, 1000))
def test_a_measured_gate_fails_exactly_on_the_wrong_side(name: str, threshold: float, value: float) -> None:
    """The threshold itself is good on either side."""
    kind = KINDS[name]
    result = check(Gate(name, threshold), {kind.measure: value})
    good = value >= threshold if kind.direction is Direction.AT_LEAST else value <= threshold
    assert result.verdict is (GateVerdict.PASSED if good else GateVerdict.FAILED)
    assert result.value == value


def test_severities_are_counted_each_for_itself() -> None:
    """Severities without a finding count zero, which is a measurement."""
    counted = severity_measures([finding(severity=Severity.HIGH), finding(severity=Severity.HIGH, line=2)])
    assert counted == {
        "findings.critical": 0.0,
        "findings.high": 2.0,
        "findings.medium": 0.0,
        "findings.low": 0.0,
        "findings.info": 0.0,
    }
