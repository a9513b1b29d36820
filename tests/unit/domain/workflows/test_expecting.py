"""What a stage hands on, and whether its output is what it must be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.domain.evidence.report import EvidenceStatus
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.run import AgentStatus, Verdict
from muster.domain.workflows.expecting import MOST_LISTED, checks, handed_of, spent_by
from muster.domain.workflows.state import Spent
from muster.domain.workflows.workflow import Expectation
from tests.fakes.builders import report
from tests.fakes.workflows import run_of

HIGH, LOW = Severity.HIGH, Severity.LOW


@pytest.mark.parametrize(
    ("expect", "passed", "words"),
    [
        (Expectation(agents_finished=True), True, "all finished"),
        (Expectation(summary=True), True, "there is one"),
        (Expectation(measures=("coverage.percent",)), True, "52.9"),
        (Expectation(measures=("complexity.max",)), False, "unmeasured"),
        (Expectation(tools=("ruff",)), True, "measured"),
        (Expectation(tools=("secrets",)), False, "measured nothing"),
        (Expectation(tools=("docs",)), False, "was not used"),
        (Expectation(at_most={"high": 2}), True, "2 found"),
        (Expectation(at_most={"high": 1}), False, "2 found"),
        (Expectation(at_least={"all": 3}), True, "3 found"),
        (Expectation(at_least={"critical": 1}), False, "0 found"),
        (Expectation(verdicts=(Verdict.PASSED, Verdict.PARTIAL)), True, "passed"),
        (Expectation(verdicts=(Verdict.FAILED,)), False, "passed"),
    ],
)
def test_each_expectation_is_held_against_the_run(expect: Expectation, passed: bool, words: str) -> None:
    """With what there was."""
    run = run_of(
        severities=[HIGH, LOW, HIGH],
        measures={"coverage.percent": 52.9},
        evidence=[report("ruff"), report("secrets", status=EvidenceStatus.FAILED)],
    )
    found = checks(expect, run, handed_of(run))
    assert [(check.passed, check.words) for check in found] == [(passed, words)]


def test_a_run_without_output_meets_nothing() -> None:
    """No summary, no end, no verdict."""
    run = run_of(verdict=None, summary=" ", agent=AgentStatus.FAILED)
    expect = Expectation(agents_finished=True, summary=True, verdicts=(Verdict.PASSED,))
    found = checks(expect, run, handed_of(run))
    assert [(check.passed, check.words) for check in found] == [
        (False, "not finished: worker"), (False, "no agent summed up"), (False, "there is none")
    ]  # fmt: skip


def test_what_is_handed_on_is_counted_and_bounded() -> None:
    """All findings are counted, the first are listed, and no number is handed on that is none."""
    run = run_of(
        severities=[HIGH] * (MOST_LISTED + 5), measures={"a": 1.0, "b": float("inf"), "c": float("nan")}
    )
    handed = handed_of(run)
    assert (handed.findings["all"], handed.findings["high"], handed.findings["low"]) == (45, 45, 0)
    assert handed.measures == {"a": 1.0}
    lines = handed.listed.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("high a.py:1 R1: R1 is here", "and 5 more", 41)
    assert handed.summary == "1 of 1 agents finished.\nworker: All is well."


def test_what_was_spent_is_summed() -> None:
    """An unpriced run says so instead of costing nothing."""
    assert spent_by(run_of(cost=Decimal("0.25"))) == Spent(Decimal("0.25"), 15, 0, 2.0)
    unpriced = spent_by(run_of(cost=None))
    assert (unpriced.usd, unpriced.unpriced) == (Decimal(0), True)
    assert Spent(Decimal(1), 2, 3, 4.0).plus(unpriced) == Spent(Decimal(1), 17, 3, 6.0, unpriced=True)
