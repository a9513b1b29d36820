"""How a run's findings stand beside those of earlier runs: the words that every format shares."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.evidence.finding import Finding
from ...domain.evidence.finding_book import FindingState, RememberedFinding
from ...domain.orchestration.run import RunReport
from .wording import path_text, printable

SHOWN = 10
"""Fixed and dismissed findings that are listed, of each."""


def summary_text(report: RunReport) -> str:
    """`since run-01ab: 1 new, 4 known, 2 fixed`, or nothing where there is nothing to compare with."""
    history = report.history
    if history is None:
        return ""
    parts = [
        f"{len(history.new):,} new",
        f"{len(history.known):,} known",
        f"{len(history.fixed):,} fixed",
        *([f"{len(history.dismissed):,} dismissed"] if history.dismissed else []),
        *([f"{history.unseen:,} open that this run says nothing of"] if history.unseen else []),
    ]
    return f"since {printable(history.since)}: {', '.join(parts)}"


def state_of(report: RunReport | None, finding: Finding) -> FindingState | None:
    """How one finding stands; None where there is nothing to compare with."""
    history = report.history if report else None
    return history.state(finding.fingerprint) if history else None


def state_text(report: RunReport | None, finding: Finding) -> str:
    """`new`, `known since 2026-11-28`, or nothing."""
    state = state_of(report, finding)
    if state is FindingState.KNOWN and report is not None and report.history is not None:
        _, at = report.history.known[finding.fingerprint]
        return f"known since {at:%Y-%m-%d}"
    return state.value if state else ""


def ended_lines(report: RunReport) -> Iterator[tuple[str, str]]:
    """What is not in the list any more, as (state, words): fixed ones, then dismissed ones with who and why."""
    history = report.history
    if history is None:
        return
    for state, gone in (("fixed", history.fixed), ("dismissed", history.dismissed)):
        yield from ((state, _gone(one)) for one in gone[:SHOWN])
        if len(gone) > SHOWN:
            yield state, f"and {len(gone) - SHOWN:,} more: muster findings --state {state}"


def _gone(one: RememberedFinding) -> str:
    finding = one.finding
    place = path_text(finding.location.path)
    where = f"{place}:{finding.location.line}" if finding.location.line else place
    words = f"{finding.severity.value} {printable(finding.rule)} at {where} ({finding.fingerprint[:8]})"
    if one.dismissal is None:
        return words
    return f"{words}: {printable(one.dismissal.why)} ({printable(one.dismissal.by)}, {one.dismissal.at:%Y-%m-%d})"
