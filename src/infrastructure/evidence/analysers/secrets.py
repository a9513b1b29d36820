"""Credentials in text of any language: provider keys, private keys, tokens, and values beside telling names.

No value, and nothing that follows one on its line, ever leaves this module.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ..file_facts import FileFacts, RawFinding
from .secret_candidates import MASK, candidates
from .secret_form import Found
from .syntax import GRAMMARS, enclosing, parse

DOCS = frozenset({"markdown", "rst", "html"})
MOST = 50
"""Findings a file; what holds more is a list of them, and the first ones say so."""


def analyse(source: bytes, language: str, is_test: bool) -> FileFacts:
    """Look at one text."""
    text = source.decode(errors="replace")
    found = _distinct(candidates(text, language))
    if not found:
        return FileFacts()
    tree = parse(source, language) if language in GRAMMARS else None
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    first_on_line: dict[int, int] = {}
    for one in found:
        line = bisect_right(starts, one.start)
        first_on_line[line] = min(first_on_line.get(line, one.start), one.start)
    findings = []
    for one in found[:MOST]:
        line = bisect_right(starts, one.start)
        quote = text[starts[line - 1] : first_on_line[line]].strip()[-150:] + MASK
        function = enclosing(tree, line) if tree is not None else ""
        column = one.start - starts[line - 1] + 1
        findings.append(_finding(one, line, column, quote, function, _setting(language, is_test)))
    return FileFacts(tuple(findings), {"secrets": float(len(found))})


def _setting(language: str, is_test: bool) -> str:
    if is_test:
        return "test"
    return "docs" if language in DOCS else "code"


def _finding(one: Found, line: int, column: int, quote: str, function: str, setting: str) -> RawFinding:
    severity = {"provider": "critical", "strong": "high", "plain": "high"}[one.grade]
    confidence = one.confidence
    if setting == "test":
        severity, confidence = ("medium" if one.grade == "provider" else "low"), confidence * 0.45
    elif setting == "docs":
        severity, confidence = ("high" if one.grade == "provider" else "medium"), confidence * 0.6
    elif one.grade == "plain" and confidence < 0.7:
        severity = "medium"
    article = "An" if one.title[0] in "AEIOaeio" else "A"
    return RawFinding(
        rule=one.kind,
        message=f"{article} {one.title} is written into the file: everyone who can read the repository, "
        "or its history, can use it",
        severity=severity,
        confidence=round(confidence, 2),
        category="security",
        line=line,
        column=column,
        function=function,
        quote=quote,
        family=f"secret:{one.kind}",
        suggestion="Revoke it where it was issued, for it stays in the history, and read the new one from the "
        "environment or a secret store.",
        cwe=798,
    )


def _distinct(found: Iterator[Found]) -> list[Found]:
    """The first that speaks of a place keeps it: candidates come from the surest rules to the vaguest."""
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []
    for one in found:
        if not any(start < one.end and one.start < end for start, end in taken):
            kept.append(one)
            taken.append((one.start, one.end))
        if len(kept) > 4 * MOST:
            break
    return sorted(kept, key=lambda one: one.start)
