"""The health score, and what has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from muster.domain.evidence.severity import Category, Severity
from muster.domain.orchestration.assessment import categories, density_score
from muster.domain.orchestration.health import WEIGHTS, CategoryHealth, grade_of, health_of
from muster.domain.workspace.files import NotCovered, WorkspaceSnapshot
from tests.fakes.builders import finding, report, snapshot

PROFILES = {
    "lint": ToolProfile("lint", "Lint", frozenset({Category.QUALITY}), frozenset({"python"})),
    "audit": ToolProfile("audit", "Audit", frozenset({Category.SECURITY}), frozenset({"python"})),
    "secrets": ToolProfile("secrets", "Secrets", frozenset({Category.SECURITY})),
    "coverage": ToolProfile("coverage", "Coverage", frozenset({Category.COVERAGE})),
    "docs": ToolProfile("docs", "Docs", frozenset({Category.DOCUMENTATION}), frozenset({"python"})),
}
PYTHON = snapshot({"a.py": 1000})


def scored(*reports: EvidenceReport, on: WorkspaceSnapshot = PYTHON) -> dict[Category, CategoryHealth]:
    """Each category's health from these reports."""
    found = [finding for one in reports for finding in one.findings]
    return {one.category: one for one in categories(reports, PROFILES, found, on)}


def test_the_weights_sum_to_one() -> None:
    """Security .30, coverage .25, quality .20, performance .15, documentation .10."""
    assert list(WEIGHTS.values()) == [0.30, 0.25, 0.20, 0.15, 0.10]


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A"), (90, "A"), (89.9, "B"), (80, "B"), (70, "C"), (60, "D"), (59.9, "F"), (0, "F"), (None, "–")],
)
def test_grades_stand_at_90_80_70_60(score: float | None, grade: str) -> None:
    """The bound belongs to the better grade; nothing measured is no grade."""
    assert grade_of(score) == grade


def test_unmeasured_categories_are_left_out_of_the_mean() -> None:
    """Security 50 and quality 100 alone weigh .30 to .20."""
    health = health_of(
        (
            CategoryHealth(Category.SECURITY, 50.0, ""),
            CategoryHealth(Category.QUALITY, 100.0, ""),
            CategoryHealth(Category.COVERAGE, None, "no data"),
        )
    )
    assert health.score == 70.0
    assert health.grade == "C"


def test_nothing_measured_is_no_score() -> None:
    """An empty folder is not healthy, it is unmeasured."""
    health = health_of(tuple(CategoryHealth(category, None, "x") for category in Category))
    assert (health.score, health.grade, health.trend) == (None, "–", None)


def test_the_trend_is_the_difference_to_the_previous_run() -> None:
    """In points, rounded to a tenth."""
    both = (CategoryHealth(Category.QUALITY, 80.04, ""), CategoryHealth(Category.SECURITY, 80.04, ""))
    assert health_of(both, previous=83.2).trend == -3.2


def test_less_than_half_of_the_weights_is_no_health_score() -> None:
    """Security alone weighs .30: it has its number, the project has none."""
    health = health_of((CategoryHealth(Category.SECURITY, 97.0, ""),))
    assert (health.score, health.grade) == (None, "–")


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=5, max_size=5))
def test_the_score_lies_between_the_measured_categories(values: list[float | None]) -> None:
    """A weighted mean never leaves the span of what it is made of."""
    health = health_of(tuple(CategoryHealth(c, v, "") for c, v in zip(Category, values, strict=True)))
    measured = [value for value in values if value is not None]
    share = sum(WEIGHTS[c] for c, v in zip(Category, values, strict=True) if v is not None)
    if share < 0.499:
        assert health.score is None
    else:
        assert health.score is not None
        assert min(measured) - 0.05 <= health.score <= max(measured) + 0.05


def test_a_failed_tool_makes_its_category_unmeasured_although_another_one_measured() -> None:
    """Secrets were looked for, the audit crashed: security has no number, and says whose fault that is."""
    health = scored(report("secrets"), report("audit", status=EvidenceStatus.FAILED, reason="timed out"))
    assert health[Category.SECURITY].score is None
    assert health[Category.SECURITY].basis == "audit: timed out"


def test_a_category_that_no_agent_looked_at_is_unmeasured() -> None:
    """Nobody in the team looks at performance."""
    assert scored(report("lint"))[Category.PERFORMANCE].basis == "no agent of this run looks at it"


def test_code_that_no_tool_reads_is_not_clean_but_unmeasured() -> None:
    """Nine tenths Rust: a Python audit without findings says nothing about it."""
    on = snapshot({"a.py": 100, "b.rs": 900})
    health = scored(report("secrets"), report("audit"), on=on)
    assert health[Category.SECURITY].score is None
    assert "90% of the code is rust" in health[Category.SECURITY].basis


def test_files_that_a_tool_could_not_parse_are_not_clean_but_unmeasured() -> None:
    """One line of a thousand was read: no findings in it say nothing about the rest."""
    on = snapshot({"ok.py": 1, "old.py": 999})
    left_out = [NotCovered("old.py", "has a syntax error at line 3")]
    health = scored(report("secrets"), report("audit", not_covered=left_out), on=on)
    assert health[Category.SECURITY].score is None
    assert health[Category.SECURITY].basis == "audit could read 1 of 1000 lines"
    half = snapshot({"ok.py": 500, "old.py": 500})
    assert (
        scored(report("secrets"), report("audit", not_covered=left_out), on=half)[Category.SECURITY].score
        == 100
    )


def test_coverage_and_documentation_are_the_measured_percentages() -> None:
    """No formula stands between the tool and the number."""
    health = scored(
        report("coverage", measures={"coverage.percent": 81.26}),
        report("docs", measures={"docstrings.percent": 40}),
    )
    assert health[Category.COVERAGE].score == 81.3
    assert health[Category.DOCUMENTATION].score == 40


def test_a_tool_without_input_gives_its_reason() -> None:
    """No coverage data is told in the tool's own words."""
    reason = "no coverage data (.coverage, coverage.xml, lcov.info)"
    health = scored(report("coverage", status=EvidenceStatus.NO_INPUT, reason=reason))
    assert health[Category.COVERAGE].basis == reason


def test_a_clean_category_scores_100_and_points_halve_it() -> None:
    """Five points of security a thousand lines leave half; fewer than five thousand lines count as five thousand."""
    assert density_score(Category.SECURITY, [], 1000) == 100.0
    high = [
        finding(severity=Severity.HIGH, confidence=1.0, category=Category.SECURITY, line=n) for n in range(5)
    ]
    assert density_score(Category.SECURITY, high, 10_000) == 50.0
    assert density_score(Category.SECURITY, high, 20_000) == 70.7
    assert (
        density_score(Category.SECURITY, high[:1], 300)
        == density_score(Category.SECURITY, high[:1], 5000)
        == 75.8
    )


def test_a_critical_finding_is_an_f_however_large_the_project_is() -> None:
    """One leaked key in a million lines."""
    leak = [finding(severity=Severity.CRITICAL, category=Category.SECURITY, confidence=1.0)]
    assert density_score(Category.SECURITY, leak, 1_000_000) == 59.0
