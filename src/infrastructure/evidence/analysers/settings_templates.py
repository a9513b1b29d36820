"""Jinja and Django templates: values that reach the page as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ..file_facts import RawFinding

MOST = 50
"""Findings of a kind a file."""
PRINTED = re.compile(r"\{\{-?([^{}\n]{1,500}+)-?\}\}")
SAFE = re.compile(r"\|\s{0,8}safe(?:seq)?\b\s{0,8}[-|)]?\s{0,8}$|\|\s{0,8}safe(?:seq)?\b")
AUTOESCAPE = re.compile(r"\{%-?\s{0,8}autoescape\s{1,8}(off|false)\s{0,8}-?%\}", re.IGNORECASE)
ENDED = re.compile(r"\{%-?\s{0,8}endautoescape\b")
CLEANED = re.compile(
    r"\|\s*(?:(?:force_)?escape(?:js)?|e|tojson|json_script|markdown\w*|commonmark|bleach\w*|sanitize\w*|clean\w*|striptags"
    r"|urlencode|linebreaks(?:br)?|urlize|int|float|length|nl2br|highlight|render\w*|intcomma|date|dump\w*|json\w*)\b",
    re.IGNORECASE,
)
CONSTANT = re.compile(r"""^\s*(?:_\(|gettext\(|ngettext\(|t\()?\s*(?:"[^"]*"|'[^']*')\s*\)?\s*\|""")
RENDERED = re.compile(
    r"(?:^|\.)\s*(?:media|\w*_?html|as_(?:p|table|ul|div)|caller\(\)|super\(\)|render\w*|content|body|csrf\w*|markup|svg|css"
    r"|icon|toc|form\w*|help_?text|description|label)\s*(?:\(|\||$)"
)
"""Names of what the program itself made as HTML, or what its authors wrote."""
WRITTEN_HTML = re.compile(
    r"</?(?:!doctype|html|body|head|p|div|span|a|b|i|em|strong|td|th|tr|table|ul|ol|li|h[1-6]|pre|aside|br|img|main"
    r"|section|article|nav|form|input|button|label|script|style|code)\b",
    re.IGNORECASE,
)


def template(source: bytes, _language: str) -> Iterator[RawFinding]:
    """Findings of one template; one without any tag is text, in which nothing needs to be escaped."""
    if b"safe" not in source and b"autoescape" not in source.lower():
        return
    text = source.decode(errors="replace")
    if not WRITTEN_HTML.search(text):
        return
    yield from islice(_marked_safe(text), MOST)
    yield from islice(_switched_off(text), MOST)


def _marked_safe(text: str) -> Iterator[RawFinding]:
    lines = text.split("\n")
    for printed in PRINTED.finditer(text):
        if _is_unescaped(printed.group(1)):
            yield _safe(lines, text.count("\n", 0, printed.start()) + 1, printed.group(1))


def _switched_off(text: str) -> Iterator[RawFinding]:
    """Blocks with something to escape in them; of nested ones the outermost speaks for all."""
    lines = text.split("\n")
    reached = 0
    for switch in AUTOESCAPE.finditer(text):
        if switch.start() < reached:
            continue
        end = ENDED.search(text, switch.end())
        reached = end.start() if end is not None else len(text)
        inside = text[switch.end() : reached]
        if any(not CLEANED.search(one) and not CONSTANT.match(f"{one}|") for one in PRINTED.findall(inside)):
            yield _unescaped(lines, text.count("\n", 0, switch.start()) + 1)


def _is_unescaped(expression: str) -> bool:
    if not SAFE.search(expression) or CLEANED.search(expression) or CONSTANT.match(expression):
        return False
    value = expression.split("|", 1)[0]
    return not RENDERED.search(value.strip()) and "(" not in value.replace("()", "")


def _safe(lines: list[str], line: int, expression: str) -> RawFinding:
    name = expression.split("|", 1)[0].strip()
    return _finding(
        lines, line, "template-safe", 0.6,
        f"{name} is written into the page as HTML: if a visitor can set it, he can run scripts for others",
        "Take |safe away, or clean the value where it is made and mark only that as safe.",
    )  # fmt: skip


def _unescaped(lines: list[str], line: int) -> RawFinding:
    return _finding(
        lines, line, "template-autoescape-off", 0.7,
        "Values in this block are written into the page as HTML: if a visitor can set one, "
        "he can run scripts for others",
        "Leave escaping on, and mark the single values that are HTML.",
    )  # fmt: skip


def _finding(
    lines: list[str], line: int, rule: str, confidence: float, message: str, suggestion: str
) -> RawFinding:
    return RawFinding(
        rule=rule, message=message, severity="high", confidence=confidence, category="security", line=line,
        quote=lines[line - 1].strip()[:200], family=rule, suggestion=suggestion, cwe=79,
    )  # fmt: skip
