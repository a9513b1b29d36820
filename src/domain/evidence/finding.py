"""A problem at a place, with its evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .severity import Category, Severity

MASKED = "secret:"
"""How families begin whose findings are about a secret value: their quotes hide it."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: 1-based lines and columns, 0 where unknown; `function` is the qualified name around it."""

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    function: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem.

    `family` names the problem whoever reports it ("sql-injection", "B006"); `confidence` is 0–1;
    `quote` is the source line, stripped; `sources` are the tools or models that said it;
    `fingerprint` is set by `identify` and survives when lines move.
    """

    rule: str
    message: str
    severity: Severity
    confidence: float
    category: Category
    location: Location
    sources: tuple[str, ...]
    family: str = ""
    quote: str = ""
    suggestion: str = ""
    cwe: int | None = None
    fingerprint: str = ""

    @property
    def masked(self) -> bool:
        """Whether the quote hides a secret, and must never be read again from the file."""
        return self.family.startswith(MASKED)

    @property
    def problem(self) -> str:
        """What two tools must agree on to have found the same thing: the CWE, else the rule family."""
        return f"CWE-{self.cwe}" if self.cwe is not None else (self.family or self.rule)


Order = tuple[int | float | str | tuple[str, ...], ...]


def sort_key(finding: Finding) -> Order:
    """Worst first, then surest, then by place, then by everything else: no two different findings are equal."""
    place = finding.location
    at = (place.path, place.line, place.column, place.end_line, place.end_column, place.function)
    cwe = -1 if finding.cwe is None else finding.cwe
    said = (
        finding.rule,
        finding.quote,
        finding.sources,
        finding.message,
        finding.family,
        cwe,
        finding.suggestion,
    )
    return (-finding.severity.rank, -finding.confidence, *at, *said, finding.category.value)


def place_key(finding: Finding) -> Order:
    """By place, and within a place as `sort_key` has it."""
    return (finding.location.path, finding.location.line, finding.location.column, *sort_key(finding))


def identify(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give each finding its fingerprint, in order of path and line.

    The fingerprint is 16 hex digits of SHA-256 over problem, path, function, quoted line without white space,
    and an ordinal that tells twins in one function apart. No line number goes in, so that a finding is
    recognised after code above it has moved.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    identified = []
    for finding in sorted(findings, key=place_key):
        place = finding.location
        key = (finding.problem, place.path, place.function, "".join(finding.quote.split()))
        ordinal = seen[key]
        seen[key] += 1
        digest = hashlib.sha256(
            "\0".join((*key, str(ordinal))).encode("utf-8", "surrogateescape")
        ).hexdigest()
        identified.append(replace(finding, fingerprint=digest[:16]))
    return tuple(identified)
