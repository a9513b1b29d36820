"""The same problem from several tools becomes one finding with several sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from .finding import Finding, identify, place_key, sort_key

NEAR = 3
"""Lines that two tools may differ by and still mean the same place."""


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Merge across tools by path, problem (CWE or rule family) and function; worst first, fingerprints set.

    Findings of one and the same tool are never merged with each other unless they are identical: a tool
    that reports two lines has seen two problems.
    """
    ordered = sorted(dict.fromkeys(findings), key=_group_key)
    merged: list[Finding] = []
    for _, group in groupby(ordered, key=_group_key):
        merged.extend(_merge_group(list(group)))
    return tuple(sorted(identify(merged), key=sort_key))


def _group_key(finding: Finding) -> tuple[str, str, str]:
    return (finding.location.path, finding.problem, finding.location.function)


def _merge_group(group: list[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in sorted(group, key=place_key):
        twin = next((index for index, other in enumerate(kept) if _same_place(finding, other)), None)
        if twin is None:
            kept.append(finding)
        else:
            kept[twin] = _join(kept[twin], finding)
    return kept


def _same_place(one: Finding, other: Finding) -> bool:
    if set(one.sources) & set(other.sources):
        return False
    return abs(one.location.line - other.location.line) <= NEAR


def _join(one: Finding, other: Finding) -> Finding:
    first, second = sorted((one, other), key=sort_key)
    return replace(
        first,
        confidence=max(one.confidence, other.confidence),
        sources=tuple(sorted({*one.sources, *other.sources})),
        suggestion=first.suggestion or second.suggestion,
        cwe=first.cwe if first.cwe is not None else second.cwe,
    )
