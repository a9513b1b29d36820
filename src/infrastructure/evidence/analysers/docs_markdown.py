"""Links and anchors of a Markdown page, as GitHub reads it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

FENCE = re.compile(r"^ {0,3}(?:>\s*)*(`{3,}|~{3,})")
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
PARAGRAPHS = re.compile(r"(\n[ \t]*\n)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
INLINE_LINK = re.compile(
    r"\]\(\s*(?:<([^>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))+))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)"
)
DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:\s*(?:<([^>\n]*)>|(\S+))", re.MULTILINE)
HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
HTML_ANCHOR = re.compile(r"<[a-z][a-z0-9]*\b[^>]*?\b(?:id|name)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
ATX = re.compile(r"^ {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$")
OWN_ID = re.compile(r"\s*\{:?\s*#([\w:.-]+)[^}]*\}\s*$")
IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
LINK_TEXT = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")
EMPHASIS = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
SPECIAL = re.compile(r"[^\w\- ]")


def links_of(page: str) -> list[dict[str, Any]]:
    """The targets of links and images outside code, each with "line", "target" and "quote"."""
    prose = _without_code(page)
    lines = page.split("\n")
    found = set()
    for pattern in (INLINE_LINK, DEFINITION, HTML_LINK):
        for match in pattern.finditer(prose):
            target = next((group for group in match.groups() if group is not None), "").strip()
            found.add((prose.count("\n", 0, match.start()) + 1, re.sub(r"\\(.)", r"\1", target)))
    return [
        {"line": line, "target": target, "quote": lines[line - 1].strip()[:200]}
        for line, target in sorted(found)
        if target
    ]


def anchors_of(page: str) -> set[str]:
    """The fragments that lead somewhere: headings, by GitHub's and Python-Markdown's rules, and ids."""
    blocks = _without_fences(page)
    anchors = {match.group(1).lower() for match in HTML_ANCHOR.finditer(blocks)}
    seen: Counter[str] = Counter()
    for heading in _headings(blocks.split("\n")):
        own = OWN_ID.search(heading)
        if own:
            anchors.add(own.group(1).lower())
        slug = slug_of(OWN_ID.sub("", heading))
        count = seen[slug]
        seen[slug] += 1
        for one in (slug, re.sub(r"-+", "-", slug).strip("-")):
            anchors |= {f"{one}-{count}", f"{one}_{count}"} if count else {one}
    return anchors


def slug_of(heading: str) -> str:
    """GitHub's anchor for a heading: the visible text in lower case, no punctuation, spaces as hyphens."""
    visible = TAG.sub("", LINK_TEXT.sub(r"\1", IMAGE.sub("", heading)))
    visible = EMPHASIS.sub(r"\2", visible).strip().lower()
    return SPECIAL.sub("", visible).replace(" ", "-")


def _headings(lines: list[str]) -> list[str]:
    found = []
    for number, line in enumerate(lines):
        atx = ATX.match(line)
        if atx:
            found.append(atx.group(1) or "")
        elif SETEXT.match(line) and number and lines[number - 1].strip():
            found.append(lines[number - 1].strip())
    return found


def _without_code(page: str) -> str:
    """The page with code and comments blanked, so that lines keep their numbers."""
    blocks = COMMENT.sub(_blank, _without_fences(page))
    return "".join(INLINE_CODE.sub(_blank, paragraph) for paragraph in PARAGRAPHS.split(blocks))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))


def _without_fences(page: str) -> str:
    """Blank fenced blocks, and blocks indented by four columns after an empty line outside lists."""
    kept: list[str] = []
    fence = ""
    in_list = False
    before_blank = True
    for line in page.split("\n"):
        mark = FENCE.match(line.lstrip() if in_list else line)
        if fence:
            closes = mark and mark.group(1).startswith(fence) and not line.strip(" >`~\r\t")
            fence = "" if closes else fence
            kept.append("")
            continue
        if mark:
            fence = mark.group(1)
            kept.append("")
            continue
        if re.match(r"\s*(?:[-*+]|\d+[.)])\s", line):
            in_list = True
        elif line.strip() and not line[0].isspace():
            in_list = False
        indented = before_blank and not in_list and line.startswith(("    ", "\t")) and bool(line.strip())
        kept.append("" if indented else line)
        before_blank = indented or not line.strip()
    return "\n".join(kept)
