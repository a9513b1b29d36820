"""Findings that are remembered, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...domain.evidence.finding import Finding
from ...domain.evidence.finding_book import FindingState, RememberedFinding
from ..reports.wording import path_text, printable
from .plain import columns

if TYPE_CHECKING:
    from ...application.use_cases.list_findings import StandingFinding

NAME = 8
"""Digits of a fingerprint that are shown."""


def findings_as_text(found: Sequence[StandingFinding], width: int) -> str:
    """One line a finding, and how many there are of each state."""
    if not found:
        return "no finding is remembered in this folder; look for some: muster check"
    rows = [
        (
            one.state.value,
            one.remembered.finding.severity.value,
            one.remembered.finding.fingerprint[:NAME],
            place_of(one.remembered.finding),
            _story(one),
        )
        for one in found
    ]
    counts = Counter(one.state for one in found)
    told = ", ".join(f"{counts[state]:,} {state}" for state in FindingState if counts[state])
    return "\n".join([columns(rows, width), told])


def dismissed_as_text(one: RememberedFinding) -> str:
    """What was decided."""
    finding = one.finding
    what = f"{finding.fingerprint[:NAME]}  {finding.rule} at {place_of(finding)}"
    if one.dismissal is None:
        return f"{what} counts again"
    return f"{what} is dismissed by {printable(one.dismissal.by)}: {printable(one.dismissal.why)}"


def place_of(finding: Finding) -> str:
    """File and line, as far as they are known."""
    place = finding.location
    return f"{path_text(place.path)}:{place.line}" if place.line else path_text(place.path)


def _story(one: StandingFinding) -> str:
    remembered, finding = one.remembered, one.remembered.finding
    if remembered.dismissal is not None:
        who = remembered.dismissal
        return f"{finding.rule}: dismissed by {who.by} on {who.at:%Y-%m-%d}: {printable(who.why)}"
    if remembered.fixed_at is not None:
        return f"{finding.rule}: fixed by {remembered.fixed_at:%Y-%m-%d}"
    return f"{finding.rule}: since {remembered.first_seen:%Y-%m-%d}: {printable(finding.message)}"
