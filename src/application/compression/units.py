"""Texts in pieces that make up the whole again: sentences, lines, words."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 800
"""Characters of a unit at most: what has no end of a sentence for so long is cut at a space, or anywhere."""

_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Z]|Mrs?|Ms|Dr|Prof|St|Mt|Gen|Col|Lt|Sgt|Rev|Sen|Gov|Jr|Sr|No|vs|etc|Inc|Ltd|Co|"
    r"Corp|Fig|Eq|Vol|approx|e\.g|i\.e|cf|al|[A-Za-z]\.[A-Za-z])\.$"
)
_END = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++[\"'”’)\]]*+)[ \t]++(?=\S)"  # a stop, then something on the same line
    r"|[。！？｡]++[”’」』）]*+\s*+"
    r"|(?:\r\n|\n|\r)\s*+"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_WORD = re.compile(r"\S{1,40}\s{0,8}|\s{1,40}")
_GOES_ON = re.compile(r"[a-z(,;]|\d++(?![.)]\s)")
_LINE_AHEAD = re.compile(r"[^\r\n]*")
_BARE = re.compile(r"(?:[`\"'“‘]|\*\*|\[)?\w[^\s:|]*+(?![:|])")
FULL, WIDEST = 72, 132
"""Characters of a line that was broken because it was full, at least and at most."""


def sentences(text: str) -> list[str]:
    """`text` in sentences, each with the space behind it; joined they are `text` again."""
    pieces: list[str] = []
    start = 0
    for found in _END.finditer(text):
        if found.end() > start and _is_end(text, start, found):
            pieces.append(text[start : found.end()])
            start = found.end()
    if start < len(text):
        pieces.append(text[start:])
    return [part for piece in pieces for part in _bounded(piece)]


def lines(text: str) -> list[str]:
    """`text` in lines, each with its end, very long ones in parts; joined they are `text` again."""
    return [part for line in _LINE.findall(text) for part in _bounded(line)]


def whole_lines(text: str) -> list[str]:
    """`text` in lines of any length, each with its end."""
    return _LINE.findall(text)


def words(text: str) -> list[str]:
    """`text` in words of at most 40 characters, each with the space around it; joined they are `text` again."""
    return _WORD.findall(text)


def _is_end(text: str, start: int, found: re.Match[str]) -> bool:
    if found["stop"] is not None:
        following = text[found.end()]
        if following.islower():
            return False
        before = text[max(start, found.start() - 12) : found.start("stop") + 1]
        return found["stop"] != "." or not _ABBREVIATED.search(before)
    gap = found.group()
    if gap.strip(" \t\r\n"):  # a full stop of a script without spaces
        return True
    return gap.count("\n") + gap.count("\r") > 1 or not _is_wrapped(text, start, found)


def _is_wrapped(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether a line ends only because it was full: long, without a stop, and what comes next goes on.

    It does when it begins in small letters, or when its first word had no more room and nothing begins with it.
    """
    before = max(0, found.start() - WIDEST - 1)
    length = found.start() - max(text.rfind("\n", before, found.start()) + 1, before)
    stopped = text[max(start, found.start() - 1) : found.start()] in {".", "!", "?", ":", ";", "…", "{", "}"}
    if length < 50 or stopped:
        return False
    if _GOES_ON.match(text, found.end()):
        return True
    line = _LINE_AHEAD.match(text, found.end())
    word = _BARE.match(text, found.end())
    full = word is not None and line is not None and length + 1 + len(word[0]) > max(len(line[0]), FULL)
    return full and length <= WIDEST


def _bounded(piece: str) -> Iterator[str]:
    start = 0
    while len(piece) - start > LONGEST:
        space = piece.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = space + 1 if space > 0 else start + LONGEST
        yield piece[start:cut]
        start = cut
    yield piece[start:] if start else piece
