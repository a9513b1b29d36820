"""What can be said about a document by rules: its parts, and what a reader should be warned of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ...domain.workspace.languages import language_of

Chunk = tuple[int, int, str]
"""First line, last line (1-based, inclusive) and heading, which is empty for what precedes the first one."""

LINE_ENDS = re.compile(r"\r\n|\r|\n")
BLOCK_LINES = 200
"""Lines of a part where a document has no headings of its own."""
LONG_LINE = 1000
HEADING_LENGTH = 100

_C_LIKE = (
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|async|partial)\s+)*"
)
DEFINITIONS = {
    "python": re.compile(r"(?:async\s+def|def|class)\s+\w+"),
    "go": re.compile(r"(?:func|type)\s+\S+"),
    "rust": re.compile(r"(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:fn|struct|enum|trait|impl|mod)\b\s*\S+"),
    "ruby": re.compile(r"(?:class|module|def)\s+\S+"),
    "shell": re.compile(r"(?:function\s+)?[\w-]+\s*\(\)"),
    "sql": re.compile(r"create\s+(?:or\s+replace\s+)?\w+\s+\S+", re.IGNORECASE),
    **dict.fromkeys(
        ("javascript", "typescript", "tsx"),
        re.compile(
            _C_LIKE + r"(?:function\b\*?\s*\w+|class\s+\w+|interface\s+\w+|(?:const|let|type|enum)\s+\w+)"
        ),
    ),
    **dict.fromkeys(
        ("java", "csharp", "kotlin", "scala", "swift", "php"),
        re.compile(_C_LIKE + r"(?:class|interface|enum|record|struct|trait|object|fun|func|function)\s+\w+"),
    ),
    "ini": re.compile(r"\[[^\]]+\]"),
    "toml": re.compile(r"\[{1,2}[^\]]+\]{1,2}"),
}
MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY"),
    "an access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a service token": re.compile(
        r"\b(?:gh[pousr]_\w{30,}|glpat-[\w-]{20,}|xox[abpr]-[\w-]{10,}|sk-[\w-]{20,})"
    ),
    "a password": re.compile(
        r"(?:password|passwd|secret|api_?key|access_?token)[\"']?\s*[:=]\s*[\"'][^\"'\s]{8,}[\"']",
        re.IGNORECASE,
    ),
}
CONFLICT = re.compile(r"(?:<{7}|>{7}) \S")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def lines_of(content: str) -> list[str]:
    """The lines as editors count them; no empty line after the last line end."""
    lines = LINE_ENDS.split(content)
    return lines[:-1] if lines[-1] == "" else lines


def chunk_profile(content: str, path: str) -> tuple[tuple[Chunk, ...], str]:
    """The parts of a document, which cover all its lines, and the rule that found them."""
    lines = lines_of(content)
    if not lines:
        return (), "empty"
    language = language_of(path)
    headings = _markdown(lines) if language == "markdown" else _definitions(lines, language)
    if headings:
        return _between(lines, headings), "headings" if language == "markdown" else "definitions"
    if len(lines) <= BLOCK_LINES:
        return ((1, len(lines), ""),), "whole"
    blocks = list(range(0, len(lines), BLOCK_LINES))
    return _between(lines, blocks), "blocks"


def warnings_of(content: str) -> tuple[tuple[str, str], ...]:
    """(rule, warning) for each thing that may mislead a reader; a secret is named, never quoted."""
    lines = lines_of(content)
    found: list[tuple[str, str]] = []
    if not content.strip():
        found.append(("empty", "the document is empty"))
    long = [number for number, line in enumerate(lines, 1) if len(line) > LONG_LINE]
    if long:
        found.append(("long-lines", f"{_lines(long)} longer than {LONG_LINE} characters"))
    ends = set(LINE_ENDS.findall(content))
    if len(ends) > 1:
        found.append(("mixed-line-endings", f"line endings are mixed: {', '.join(sorted(map(repr, ends)))}"))
    for kind, pattern in SECRETS.items():
        found += _where("secrets", f"what looks like {kind}; do not repeat it", lines, pattern.search)
    found += _where("conflict-markers", "a merge conflict marker", lines, CONFLICT.match)
    found += _where("control-characters", "control characters", lines, CONTROL.search)
    return tuple(found)


def _where(
    rule: str, what: str, lines: Sequence[str], matches: Callable[[str], object]
) -> list[tuple[str, str]]:
    numbers = [number for number, line in enumerate(lines, 1) if matches(line)]
    return [(rule, f"{_lines(numbers, 'holds', 'hold')} {what}")] if numbers else []


def _lines(numbers: Sequence[int], one: str = "is", many: str = "are") -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]} {one}"
    shown = ", ".join(map(str, numbers[:5]))
    return f"lines {shown}{' and others' if len(numbers) > 5 else ''} {many}"


def _markdown(lines: Sequence[str]) -> list[int]:
    headings = []
    fenced = False
    for index, line in enumerate(lines):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and MARKDOWN_HEADING.match(line):
            headings.append(index)
    return headings


def _definitions(lines: Sequence[str], language: str) -> list[int]:
    pattern = DEFINITIONS.get(language)
    return [index for index, line in enumerate(lines) if pattern and pattern.match(line)]


def _between(lines: Sequence[str], starts: Sequence[int]) -> tuple[Chunk, ...]:
    """The parts from each start to the next; what precedes the first start is a part without a heading."""
    chunks: list[Chunk] = [(1, starts[0], "")] if starts[0] else []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        chunks.append((start + 1, end, lines[start].strip()[:HEADING_LENGTH]))
    return tuple(chunks)
