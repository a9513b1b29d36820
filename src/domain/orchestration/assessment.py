"""From evidence to numbers: what each category of the health check is worth, and what has no number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ..evidence.finding import Finding
from ..evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ..evidence.severity import Category, Severity
from ..workspace.files import SourceFile, WorkspaceSnapshot
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
"""Share of the code that a category's tools, and each tool of its own languages, must have been able to read."""
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
    snapshot: WorkspaceSnapshot,
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
    return _unread(measured, profiles, snapshot)


def _unread(
    reports: Sequence[EvidenceReport], profiles: Mapping[str, ToolProfile], snapshot: WorkspaceSnapshot
) -> str:
    """Says that most of the code is in languages, or in files, that a tool could not read."""
    code = [file for file in snapshot.files if file.language in CODE]
    total = sum(file.lines for file in code)
    if not total:
        return "no code"
    blind = [said for report in reports if (said := _blind(report, profiles[report.tool], code))]
    if blind:
        return "; ".join(blind)
    languages = frozenset().union(*(profiles[report.tool].languages for report in reports))
    unread = Counter[str]()
    for file in code:
        unread[file.language] += 0 if file.language in languages else file.lines
    if sum(unread.values()) <= total * (1 - READ_AT_LEAST):
        return ""
    largest, lines = unread.most_common(1)[0]
    return f"{lines / total:.0%} of the code is {largest}, which no tool of this category reads"


def _blind(report: EvidenceReport, profile: ToolProfile, code: Sequence[SourceFile]) -> str:
    """Says so when a tool could read less than half of the lines in its own languages."""
    left_out = {item.path for item in report.not_covered}
    own = [file for file in code if file.language in profile.languages]
    total = sum(file.lines for file in own)
    read = sum(file.lines for file in own if file.path not in left_out)
    if read >= total * READ_AT_LEAST:
        return ""
    return f"{report.tool} could read {read} of {total} lines"


def categories(
    reports: Sequence[EvidenceReport],
    profiles: Mapping[str, ToolProfile],
    findings: Sequence[Finding],
    snapshot: WorkspaceSnapshot,
) -> tuple[CategoryHealth, ...]:
    """Each category with its score, or without one and why."""
    return tuple(_category(category, reports, profiles, findings, snapshot) for category in Category)


def _category(
    category: Category,
    reports: Sequence[EvidenceReport],
    profiles: Mapping[str, ToolProfile],
    findings: Sequence[Finding],
    snapshot: WorkspaceSnapshot,
) -> CategoryHealth:
    reason = why_unmeasured(category, reports, profiles, snapshot)
    if reason:
        return CategoryHealth(category, None, reason)
    if category in DIRECT:
        name = DIRECT[category]
        return CategoryHealth(category, round(merged_measures(reports)[name], 1), f"{name} as measured")
    count = sum(1 for finding in findings if finding.category is category)
    lines = snapshot.facts.code_lines
    tools = ", ".join(r.tool for r in reports if r.measured and category in profiles[r.tool].categories)
    noun = "finding" if count == 1 else "findings"
    basis = f"{count} {noun} in the project's {lines} lines of code, by {tools}"
    return CategoryHealth(category, density_score(category, findings, lines), basis)


def merged_measures(reports: Iterable[EvidenceReport]) -> dict[str, float]:
    """All named numbers of tools that measured; names are prefixed by topic, so none is said twice."""
    measures: dict[str, float] = {}
    for report in reports:
        if report.measured:
            measures.update(report.measures)
    return measures
