"""A text as several documents: blocks between empty lines, with the titles that stand over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .units import sentences

_EMPTY_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_NAMED = re.compile(r"\(?\btitle:\s*([^\n)]{1,200})", re.IGNORECASE)
_HEADING = re.compile(r"(?:#{1,6}\s|={2,}\s)")
LONG_LINE = 200
"""Characters of a line that, in a text without empty lines, is a document of its own."""


@dataclass(slots=True)
class Block:
    """A stretch of text and the title over it; `alone` when it is nothing but a title."""

    text: str
    title: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """Title and places of the sentences of one document."""

    title: str
    units: range


def split_documents(text: str) -> tuple[list[str], list[Document]]:
    """The sentences of `text`, and the documents that they belong to, in order."""
    units: list[str] = []
    found: list[Document] = []
    for title, blocks in _grouped(list(_blocks(text))):
        first = len(units)
        for block in blocks:
            units += sentences(block)
        found.append(Document(title, range(first, len(units))))
    return units, found


def _grouped(blocks: list[Block]) -> Iterator[tuple[str, list[str]]]:
    """Blocks by document: one without a title goes on with a heading's, or with a titled one where most have titles."""
    titled = sum(bool(block.title) for block in blocks) * 2 >= len(blocks)
    current: list[str] = []
    title, open_ = "", False
    for block in blocks:
        if current and (block.title or not open_):
            yield title, current
            current, title, open_ = [], "", False
        if block.title:
            title, open_ = block.title, block.alone or titled
        current.append(block.text)
    if current:
        yield title, current


def _blocks(text: str) -> Iterator[Block]:
    pieces = list(_pieces(text))
    for number, piece in enumerate(pieces):
        following = pieces[number + 1] if number + 1 < len(pieces) else ""
        yield _titled(piece, following)


def _pieces(text: str) -> Iterator[str]:
    """`text` at its empty lines; without any, at its ends of line when lines are long."""
    ends = [found.end() for found in _EMPTY_LINES.finditer(text)]
    if not ends and len(text) > LONG_LINE * (text.count("\n") + 1):
        ends = [found.end() for found in re.finditer("\n", text)]
    start = 0
    for end in [*ends, len(text)]:
        if end > start:
            yield text[start:end]
        start = end


def _titled(piece: str, following: str) -> Block:
    first, _, rest = piece.strip().partition("\n")
    named = _NAMED.search(first[:300])
    if named:
        return Block(piece, named[1].strip())
    if _HEADING.match(first) or _is_title(first, rest or following):
        return Block(piece, first.strip("#= \t\r"), alone=not rest)
    return Block(piece)


def _is_title(line: str, below: str) -> bool:
    line = line.strip()
    short = 0 < len(line) <= 100 and len(line.split()) <= 14
    return short and line[-1] not in ".!?,;:…。！？" and ". " not in line and len(below) > len(line)
