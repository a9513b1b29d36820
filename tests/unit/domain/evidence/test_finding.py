"""Fingerprints and the merging of findings."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from muster.domain.evidence.finding import Finding, identify, sort_key
from muster.domain.evidence.merge import merge
from muster.domain.evidence.severity import Severity
from tests.fakes.builders import finding

findings = st.builds(
    finding,
    rule=st.sampled_from(["B006", "S608", "E9"]),
    path=st.sampled_from(["a.py", "b.py"]),
    line=st.integers(1, 40),
    severity=st.sampled_from(list(Severity)),
    confidence=st.floats(0, 1),
    function=st.sampled_from(["", "f", "C.g"]),
    quote=st.sampled_from(["x = 1", "y = 2"]),
    source=st.sampled_from(["ruff", "own", "other"]),
    cwe=st.sampled_from([None, 89]),
)


def test_a_fingerprint_survives_when_code_moves_down() -> None:
    """The same problem on another line of the same function keeps its fingerprint."""
    before = identify([finding(line=10, function="load", quote="x = eval(y)")])
    after = identify([finding(line=57, function="load", quote="  x =  eval( y )")])
    assert before[0].fingerprint == after[0].fingerprint


def test_twins_in_one_function_are_told_apart() -> None:
    """Two equal lines in one function have two fingerprints, in order of their lines."""
    one, two = identify([finding(line=9, quote="x"), finding(line=3, quote="x")])
    assert (one.location.line, two.location.line) == (3, 9)
    assert one.fingerprint != two.fingerprint


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    """Sixteen hex digits that depend on nothing but the finding: this very value, today and later."""
    found = identify([finding("S608", "shop/db.py", 12, function="find", quote="sql = f'…{name}'", cwe=89)])
    assert found[0].fingerprint == "0d58aef03425069e"


def test_the_same_problem_from_two_tools_is_one_finding_with_both_sources() -> None:
    """Path, CWE and function agree and the lines are close: the worse severity and the higher confidence win."""
    one = finding("S608", line=10, function="f", cwe=89, severity=Severity.MEDIUM, confidence=0.6)
    two = finding("sqli", line=12, function="f", cwe=89, severity=Severity.HIGH, confidence=0.5, source="own")
    (merged,) = merge([one, two])
    assert merged.sources == ("own", "ruff")
    assert merged.severity is Severity.HIGH
    assert merged.confidence == 0.6
    assert merged.location.line == 12


def test_two_lines_reported_by_one_tool_stay_two_findings() -> None:
    """A tool that reports twice has seen two problems, however close they are."""
    assert len(merge([finding(line=10, function="f"), finding(line=11, function="f")])) == 2


def test_far_apart_or_in_another_function_is_not_the_same_problem() -> None:
    """Merging needs the same function and nearly the same line."""
    near = finding(line=10, function="f", cwe=89)
    far = finding(line=30, function="f", cwe=89, source="own")
    elsewhere = finding(line=10, function="g", cwe=89, source="own")
    assert len(merge([near, far])) == 2
    assert len(merge([near, elsewhere])) == 2


@given(st.lists(findings, max_size=30), st.randoms())
def test_merging_does_not_depend_on_the_order_and_is_idempotent(
    items: list[Finding], rng: random.Random
) -> None:
    """Whoever reports first makes no difference, and merging again changes nothing."""
    merged = merge(items)
    shuffled = items[:]
    rng.shuffle(shuffled)
    assert merge(shuffled) == merged
    assert [f.fingerprint for f in merge(merged)] == [f.fingerprint for f in merged]


@given(st.lists(findings, max_size=30))
def test_merging_loses_no_problem_and_sorts_the_worst_first(items: list[Finding]) -> None:
    """Each problem at each place is still there, fingerprints are unique, and severity never rises down the list."""
    merged = merge(items)
    assert {(f.location.path, f.problem, f.location.function) for f in items} == {
        (f.location.path, f.problem, f.location.function) for f in merged
    }
    assert len({f.fingerprint for f in merged}) == len(merged)
    assert list(merged) == sorted(merged, key=sort_key)
