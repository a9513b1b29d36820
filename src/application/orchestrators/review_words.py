"""The form of a review, and the words with which one is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...domain.evidence.finding import sort_key
from ...domain.evidence.report import EvidenceReport
from ...domain.evidence.severity import Severity
from ...domain.generation.code import GeneratedCode, GenerationRequest
from ...domain.generation.review import Criterion, Issue
from ...domain.messaging.message import Message, Role
from ...domain.sandbox.suite import Outcome, SandboxResult
from .code_words import MATERIAL, material, task_text

SHOWN = 40
"""Findings that a reviewer is shown of one tool; of the rest it is told the number."""
Score = Annotated[float, Field(ge=0, le=10)]
REVIEWER = f"""You review code that another model wrote. Score each criterion from 0 (unusable) to 10 (nothing to
improve), by what you can point at; what you cannot judge from the code gets no high score for that.
- correctness: does it do what the task, its requirements and constraints say, at the edges too?
- tests: would they fail if the code were wrong?
- security: what does it do with input, files, commands and secrets?
- readability: names, sizes, structure. - design: is each thing in its place?
- efficiency: is it good enough for the task?
Start from what the tools have found: it was measured. Say in `why` what goes wrong and when; give the line, 1-based, as
numbered in the material. Critical is what must not be used as it is.
{MATERIAL}"""


class Scores(BaseModel):
    """A score from 0 to 10 for each criterion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    correctness: Score
    tests: Score
    security: Score
    readability: Score
    design: Score
    efficiency: Score

    def by_criterion(self) -> dict[Criterion, float]:
        """The scores in the order of the criteria."""
        return {criterion: float(getattr(self, criterion.value)) for criterion in Criterion}


class SaidIssue(BaseModel):
    """An issue as a model says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    line: int
    severity: Literal["critical", "high", "medium", "low", "info"]
    why: str
    suggestion: str


class SaidReview(BaseModel):
    """A review as a model says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scores: Scores
    issues: list[SaidIssue]
    recommendations: list[str]
    summary: str


def review_messages(
    request: GenerationRequest, code: GeneratedCode, evidence: Sequence[EvidenceReport]
) -> tuple[Message, ...]:
    """Task, what was found out, and the code with numbered lines."""
    parts = [
        task_text(request),
        f"# What the tools have found\n{_found(evidence)}",
        f"# What became of its tests\n{_tests(code.suite)}",
        *([f"# What nobody has checked\n{_lines(code.unchecked)}"] if code.unchecked else []),
        "# The code\n" + "\n\n".join(material(file.path, _numbered(file.text)) for file in code.files),
        "# Its tests\n" + "\n\n".join(material(file.path, _numbered(file.text)) for file in code.tests),
    ]
    return (Message(Role.USER, "\n\n".join(parts)),)


def checked_issues(said: Sequence[SaidIssue], code: GeneratedCode) -> tuple[tuple[Issue, ...], int]:
    """The issues whose place exists, the worst first, and how many were dropped."""
    known = code.by_path
    kept = [
        Issue(one.path, one.line, Severity(one.severity), one.why, one.suggestion)
        for one in said
        if one.path in known and 1 <= one.line <= known[one.path].lines and one.why.strip()
    ]
    kept.sort(key=lambda issue: (-issue.severity.rank, issue.path, issue.line))
    return tuple(kept), len(said) - len(kept)


def _found(evidence: Sequence[EvidenceReport]) -> str:
    if not evidence:
        return "No tool has looked at it."
    return "\n\n".join(material(report.tool, "\n".join(_told(report))) for report in evidence)


def _told(report: EvidenceReport) -> Iterator[str]:
    """One report, the worst findings first."""
    if not report.measured:
        yield f"{report.status.value}: {report.reason}"
    numbers = [f"{name} {value:g}" for name, value in report.measures.items()]
    if numbers:
        yield ", ".join(numbers)
    for one in sorted(report.findings, key=sort_key)[:SHOWN]:
        yield f"{one.severity.value}, {one.location.path}:{one.location.line}, {one.rule}: {one.message}"
    if len(report.findings) > SHOWN:
        yield f"and {len(report.findings) - SHOWN} more"
    yield from (f"not covered: {gap.path}: {gap.reason}" for gap in report.not_covered[:SHOWN])
    if report.measured and not report.findings:
        yield "nothing was found"


def _tests(suite: SandboxResult | None) -> str:
    if suite is None or not suite.ran:
        return "They were not run."
    counts = ", ".join(f"{suite.count(outcome)} {outcome.value}" for outcome in Outcome)
    return f"{counts}, run by {suite.runner}."


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _numbered(text: str) -> str:
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(text.splitlines(), 1))
