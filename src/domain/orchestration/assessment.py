"""From evidence to numbers: what each category of the health check is worth, and what has no number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..evidence.finding import Finding
from ..evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ..evidence.severity import Category, Severity
from ..workspace.files import RepositoryFacts
from ..workspace.languages import CODE
from .health import CategoryHealth

POINTS: Mapping[Severity, float] = {
    Severity.CRITICAL: 25.0,
    Severity.HIGH: 10.0,
    Severity.MEDIUM: 3.0,
    Severity.LOW: 1.0,
    Severity.INFO: 0.0,
}
HALF_AT: Mapping[Category, float] = {
    Category.SECURITY: 5.0,
    Category.QUALITY: 20.0,
    Category.PERFORMANCE: 10.0,
}
"""Points per thousand lines of code at which half of the score is gone."""
LEAST_THOUSANDS = 5.0
"""Thousands of lines that a smaller project is counted as, so that one finding does not sink it."""
CAP_WITH_CRITICAL = 59.0
READ_AT_LEAST = 0.5
"""Share of the code that must be in languages which a category's tools read."""
NOBODY_LOOKS = "no agent of this run looks at it"
DIRECT: Mapping[Category, str] = {
    Category.COVERAGE: "coverage.percent",
    Category.DOCUMENTATION: "docstrings.percent",
}


def density_score(category: Category, findings: Iterable[Finding], code_lines: int) -> float:
    """100 · 0.5^(p / h), p being severity points × confidence per thousand lines (at least five thousand).

    A critical finding caps the score at 59, an F, however large the project is.
    """
    own = [finding for finding in findings if finding.category is category]
    points = sum(POINTS[finding.severity] * finding.confidence for finding in own)
    halvings = points / max(LEAST_THOUSANDS, code_lines / 1000) / HALF_AT[category]
    score: float = 100.0 * 2.0**-halvings
    if any(finding.severity is Severity.CRITICAL for finding in own):
        score = min(score, CAP_WITH_CRITICAL)
    return round(score, 1)


def why_unmeasured(
    category: Category,
    reports: Sequence[EvidenceReport],
    profiles: Mapping[str, ToolProfile],
    facts: RepositoryFacts,
) -> str:
    """Why `category` has no number, or "" when it has one."""
    own = [report for report in reports if category in profiles[report.tool].categories]
    failed = [f"{report.tool}: {report.reason}" for report in own if report.status is EvidenceStatus.FAILED]
    if failed:
        return "; ".join(failed)
    measured = [report for report in own if report.measured]
    if not own:
        return NOBODY_LOOKS
    if category in DIRECT:
        known = any(DIRECT[category] in report.measures for report in measured)
        return "" if known else "; ".join(r.reason for r in own if r.reason) or "nothing to measure"
    if not measured:
        return "; ".join(dict.fromkeys(report.reason for report in own))
    return _unread([profiles[report.tool] for report in measured], facts)


def _unread(profiles: Sequence[ToolProfile], facts: RepositoryFacts) -> str:
    """Says which language is read by nobody, when that is most of the code."""
    read = frozenset().union(*(profile.languages & CODE for profile in profiles))
    lines = {language: count for language, count in facts.lines.items() if language in CODE}
    total = sum(lines.values())
    share = sum(count for language, count in lines.items() if language in read) / total if total else 0.0
    if not total:
        return "no code"
    if share >= READ_AT_LEAST:
        return ""
    largest = max((name for name in lines if name not in read), key=lambda name: lines[name])
    return f"{lines[largest] / total:.0%} of the code is {largest}, which no tool of this category reads"


def categories(
    reports: Sequence[EvidenceReport],
    profiles: Mapping[str, ToolProfile],
    findings: Sequence[Finding],
    facts: RepositoryFacts,
) -> tuple[CategoryHealth, ...]:
    """Each category with its score, or without one and why."""
    measures = merged_measures(reports)
    return tuple(_category(category, reports, profiles, findings, facts, measures) for category in Category)


def _category(
    category: Category,
    reports: Sequence[EvidenceReport],
    profiles: Mapping[str, ToolProfile],
    findings: Sequence[Finding],
    facts: RepositoryFacts,
    measures: Mapping[str, float],
) -> CategoryHealth:
    reason = why_unmeasured(category, reports, profiles, facts)
    if reason:
        return CategoryHealth(category, None, reason)
    if category in DIRECT:
        name = DIRECT[category]
        return CategoryHealth(category, round(measures[name], 1), f"{name} as measured")
    count = sum(1 for finding in findings if finding.category is category)
    score = density_score(category, findings, facts.code_lines)
    tools = ", ".join(r.tool for r in reports if r.measured and category in profiles[r.tool].categories)
    basis = f"{count} findings in all {facts.code_lines} lines of code, by {tools}"
    return CategoryHealth(category, score, basis)


def merged_measures(reports: Iterable[EvidenceReport]) -> dict[str, float]:
    """All named numbers of tools that measured; names are prefixed by topic, so none is said twice."""
    measures: dict[str, float] = {}
    for report in reports:
        if report.measured:
            measures.update(report.measures)
    return measures
