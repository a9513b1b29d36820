"""Whether an import must succeed, by the blocks around its line; indentation alone tells."""

from __future__ import annotations

import re
from enum import StrEnum

TYPES_ONLY = re.compile(r"(?:if|elif)\b.*\bTYPE_CHECKING\b")
OPTIONAL = re.compile(
    r"(?:try\s*:|except\b.*\b(?:ImportError|ModuleNotFoundError|Exception)\b|with\s.*suppress\()"
)
FALLBACK = re.compile(r"(?:if|elif|else)\b.*")
INSIDE = re.compile(r"(?:async\s+)?def\s")


class Guard(StrEnum):
    """`NONE`: at once; `LATER`: inside a function; `SOMETIMES`: under a condition; `OPTIONAL`: may fail."""

    NONE = "none"
    LATER = "later"
    SOMETIMES = "sometimes"
    OPTIONAL = "optional"


def guard_of(lines: list[str], number: int) -> Guard:
    """The weakest need among the blocks around the 1-based line."""
    if not 1 <= number <= len(lines):
        return Guard.OPTIONAL
    found = Guard.NONE
    indent = _indent(lines[number - 1])
    for line in reversed(lines[: number - 1]):
        if indent == 0:
            break
        stripped = line.strip()
        if not stripped or stripped.startswith("#") or _indent(line) >= indent:
            continue
        indent = _indent(line)
        if TYPES_ONLY.match(stripped) or OPTIONAL.match(stripped):
            return Guard.OPTIONAL
        if INSIDE.match(stripped):
            found = Guard.LATER
        elif FALLBACK.match(stripped) and found is Guard.NONE:
            found = Guard.SOMETIMES
    return found


def _indent(line: str) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())
