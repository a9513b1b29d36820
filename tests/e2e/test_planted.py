"""The example project: everything planted is found, and nothing is said about what is clean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from muster import RunRecord, Verdict, sync
from muster.domain.evidence.finding import Finding
from muster.domain.evidence.severity import Category

PARCELS = Path(__file__).parents[2] / "examples" / "parcels"
PLANTED: dict[str, Any] = tomllib.loads((PARCELS / "PLANTED.toml").read_text("utf-8"))
TOOLS: Mapping[str, frozenset[str]] = {
    "ruff": frozenset({"ruff"}),
    "ruff-security": frozenset({"ruff-security"}),
    "secrets": frozenset({"secrets"}),
    "settings": frozenset({"settings"}),
    "imports": frozenset({"imports"}),
    "complexity": frozenset({"complexity"}),
    "size": frozenset({"size"}),
    "dead-code": frozenset({"dead-code"}),
    "duplicates": frozenset({"duplicates"}),
    "coverage": frozenset({"coverage", "test-inventory"}),
    "docs": frozenset({"docs"}),
    "dependencies": frozenset({"dependencies", "advisories"}),
    "performance": frozenset({"ruff-performance", "performance-patterns"}),
}
RULED = {"ruff", "ruff-security"}
"""Kinds whose rule ids are the tool's own."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """One health check of the example."""
    return sync.check(str(PARCELS), settings={"data_dir": str(tmp_path_factory.mktemp("data"))})


def shows(finding: Finding, problem: Mapping[str, Any]) -> bool:
    """Whether `finding` is the planted `problem`: tool, path, line, and rule where the rule is the tool's own."""
    if finding.location.path != problem["path"] or not TOOLS[problem["kind"]].intersection(finding.sources):
        return False
    merged = len(finding.sources) > 1
    if problem["kind"] in RULED and not merged and not finding.rule.endswith(problem["rule"]):
        return False
    if not problem["line_contains"] or problem["kind"] == "docs":
        return True
    text = (PARCELS / problem["path"]).read_text("utf-8").splitlines()
    first = max(finding.location.line - 1, 0)
    last = max(finding.location.end_line, finding.location.line)
    return any(problem["line_contains"] in line for line in text[first:last])


problems = [problem for problem in PLANTED["problem"] if problem["kind"] != "unparsable"]


@pytest.mark.parametrize("problem", problems, ids=[problem["id"] for problem in problems])
def test_what_is_planted_is_found(run: RunRecord, problem: Mapping[str, Any]) -> None:
    """Its tool says so, at its place."""
    near = [f"{f.rule} at {f.location.line}" for f in run.findings if f.location.path == problem["path"]]
    assert any(shows(finding, problem) for finding in run.findings), f"{problem['why']} Found there: {near}"


@pytest.mark.parametrize("path", PLANTED["clean"])
def test_nothing_is_said_about_what_is_clean(run: RunRecord, path: str) -> None:
    """Not even an info."""
    said = [
        f"{f.rule} ({f.sources}) at line {f.location.line}: {f.message}"
        for f in run.findings
        if f.location.path == path
    ]
    assert said == []


def test_what_cannot_be_read_is_listed_as_not_covered(run: RunRecord) -> None:
    """The file that does not parse, the picture, and the table in UTF-16, each with its reason."""
    assert run.report is not None
    reasons = {item.path: item.reason for item in run.report.not_covered}
    for problem in PLANTED["problem"]:
        if problem["kind"] == "unparsable":
            assert problem["path"] in reasons, f"{problem['why']} Listed: {sorted(reasons)}"
    assert "syntax error" in reasons["scripts/backfill_zones.py"]
    assert "binary" in reasons["assets/logo.png"]
    assert "UTF-16" in reasons["docs/zones.csv"]


def test_the_coverage_is_the_one_that_the_example_s_tests_measured(run: RunRecord) -> None:
    """52.9 % of the lines, as coverage.xml says."""
    assert run.report is not None
    assert round(run.report.measures["coverage.percent"], 1) == PLANTED["coverage"]["line_percent"]


def test_the_example_fails_its_gate_and_every_category_has_a_number(run: RunRecord) -> None:
    """Critical findings fail the run; all five categories were measured."""
    assert run.report is not None
    assert run.report.verdict is Verdict.FAILED
    assert [one.category for one in run.report.health.categories if one.score is not None] == list(Category)
    assert run.report.model_used is False


def secrets() -> list[str]:
    """The planted values themselves: the longest word of each planted line."""
    values = []
    for problem in PLANTED["problem"]:
        if problem["kind"] == "secrets" or problem["rule"] == "S105":
            lines = (PARCELS / problem["path"]).read_text("utf-8").splitlines()
            at = next(i for i, line in enumerate(lines) if problem["line_contains"] in line)
            words = lines[at + (problem["rule"] == "private-key")].replace('"', " ").replace("=", " ").split()
            values.append(max(words, key=len))
    return values


def test_no_secret_leaves_the_file_that_it_stands_in(run: RunRecord) -> None:
    """Neither the report nor what is kept of any tool about secrets holds a planted value."""
    assert len(secrets()) == 5
    kept = [f for agent in run.agents for one in agent.evidence for f in one.findings if f.masked]
    said = " ".join(f"{f.message} {f.quote} {f.suggestion}" for f in (*run.findings, *kept))
    assert [value for value in secrets() if value in said] == []
