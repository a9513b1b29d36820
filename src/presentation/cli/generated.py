"""Generated code as text: how it ended, its tests, its review, what it cost, and the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...domain.generation.code import GeneratedCode
from ...domain.generation.result import GenerationResult, GenerationStatus
from ...domain.generation.review import FORMULA, Review
from ...domain.sandbox.suite import Isolation, Outcome, SandboxResult
from ..reports.wording import count, duration, money, printable
from .chat_text import harmless
from .plain import columns, indented

ENDED: Mapping[GenerationStatus, str] = {
    GenerationStatus.PASSED: "passed",
    GenerationStatus.BELOW: "below the threshold",
    GenerationStatus.PARTIAL: "partial",
    GenerationStatus.BROKEN: "does not work",
}
KEPT_IN: Mapping[Isolation, str] = {
    Isolation.NAMESPACE: "in namespaces of their own",
    Isolation.AUDIT_HOOK: "kept in by an audit hook only",
}


def result_text(result: GenerationResult, width: int, *, with_code: bool) -> str:
    """The whole result; the files themselves only `with_code`."""
    parts = [
        "\n".join(_head(result, width)),
        _files(result.code, width),
        "\n".join(_tests(result.code, width)),
    ]
    if result.review is not None:
        parts.append("\n".join(_review(result.review, result.threshold, width)))
    parts.append(_spent(result))
    if with_code:
        parts += [f"── {printable(file.path)} ──\n{harmless(file.text)}" for file in result.code.all_files]
    return "\n\n".join(part.rstrip("\n") for part in parts if part)


def _head(result: GenerationResult, width: int) -> Iterator[str]:
    yield f"{ENDED[result.status]}: {count(len(result.code.files), 'file')} by {printable(result.code.model)}"
    if result.reason:
        yield indented(result.reason, width)
    if result.code.summary.strip():
        yield indented(result.code.summary, width)
    if result.code.dependencies:
        yield indented(f"needs {', '.join(result.code.dependencies)}", width)


def _files(code: GeneratedCode, width: int) -> str:
    rows = [("  " + file.path, count(file.lines, "line"), "") for file in code.files]
    rows += [("  " + file.path, count(file.lines, "line"), "tests") for file in code.tests]
    return columns(rows, width) if rows else ""


def _tests(code: GeneratedCode, width: int) -> Iterator[str]:
    if code.suite is not None and code.suite.ran:
        yield f"Tests: {_suite(code.suite)}"
    for problem in code.problems:
        yield indented(problem, width)
    for gap in code.unchecked:
        yield indented(gap, width)


def _suite(suite: SandboxResult) -> str:
    counts = [f"{suite.count(outcome)} {outcome.value}" for outcome in Outcome if suite.count(outcome)]
    held = f", {KEPT_IN[suite.isolation]}" if suite.isolation else ""
    ended = f"{', '.join(counts)} by {suite.runner}" if counts else suite.reason
    return f"{ended}{held}, {duration(suite.duration)}"


def _review(review: Review, threshold: float, width: int) -> Iterator[str]:
    yield f"Review: {review.overall:g} of 10 by {printable(review.model)}, {threshold:g} wanted"
    yield indented(f"({FORMULA})", width)
    yield "  " + ", ".join(f"{criterion.value} {score:g}" for criterion, score in review.scores.items())
    if review.summary.strip():
        yield indented(review.summary, width)
    for issue in review.issues:
        advice = f" ({issue.suggestion})" if issue.suggestion else ""
        yield indented(f"{issue.severity.value}, {issue.path}:{issue.line}: {issue.why}{advice}", width)
    for line in review.recommendations:
        yield indented(f"- {line}", width)
    if review.dropped:
        yield f"  {count(review.dropped, 'issue')} dropped: no such line"


def _spent(result: GenerationResult) -> str:
    sums = result.statistics
    failed = f", {sums.failures} without an answer" if sums.failures else ""
    return (
        f"{count(len(result.rounds), 'round')}, {count(sums.calls, 'call')}{failed}, "
        f"{count(sums.usage.total, 'token')}, {money(sums.cost)}"
    )
