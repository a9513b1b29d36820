"""Passwords and keys in the columns of tables: exports as CSV, and tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .secret_form import Found
from .secret_judged import SHORTEST, judged
from .secret_names import is_public, prefix_of

SIGNS = frozenset(",;|\t")
"""What parts cells."""
QUOTES = "\"'` "
BORDER = " \t|"
"""What may stand at both ends of a line of a table in Markdown."""
HEADING = re.compile(r"[^\W\d][\w .\-/()#]{0,40}")
"""A cell of a first line: words, and no value."""
CELL = {
    sign: re.compile(rf"[ ]*+(?:\"([^\"\n]*+)\"[ ]*+(?={re.escape(sign)}|$)|([^{re.escape(sign)}\n]*+))")
    for sign in SIGNS
}
"""In quotes, in which the sign may stand, or bare."""
LONGEST_LINE = 2_000
LONGEST_CELL = 40
Cell = tuple[int, int]


class Columns:
    """Reads each table of `text` once for every telling name in its first line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows = self._end = 0

    def below(self, name: re.Match[str]) -> list[Found]:
        """The secrets in the column that `name` heads."""
        text, (start, end) = self._text, name.span()
        if self._rows <= start < self._end:
            return []
        sign = _sign(text, start, end)
        if not sign:
            return []
        begin = text.rfind("\n", 0, start) + 1
        line, self._rows = _line(text, begin)
        self._end = self._rows
        column = _column(line, sign, start - begin, _line(text, self._rows)[0])
        if column is None or is_public(text, name, begin, prefix_of(text, name, begin)):
            return []
        found, self._end = _in_rows(text, self._rows, name, sign, column)
        return found


def _sign(text: str, start: int, end: int) -> str:
    """What parts the cells of a first line, when the name from `start` to `end` ends a cell of it; else nothing.

    Sentences and lists in code have a blank behind their signs; a line with nothing behind its only sign is no table.
    """
    while text[end : end + 1] in QUOTES and end < len(text):
        end += 1
    sign = text[end : end + 1]
    if sign not in SIGNS and sign not in {"\n", "\r", ""}:
        return ""
    if sign == "|" or (sign in SIGNS and text[end + 1 : end + 2] not in {"", " ", "\n", "\r"}):
        return sign
    if start == 0 or text[start - 1] == "\n":
        return ""  # alone in its line
    before = text[max(0, start - LONGEST_CELL) : start].rpartition("\n")[2]
    at = max(before.rfind(one) for one in SIGNS)
    return (
        before[at] if at >= 0 and (before[at] == "|" or before[at + 1 :] == before[at + 1 :].lstrip()) else ""
    )


def _column(line: str, sign: str, at: int, first: str) -> tuple[int, int] | None:
    """In which column `at` is, and of how many; None when the line is no heading, or the `first` row none of it."""
    if '"' not in line and '"' not in first and line.count(sign) != first.count(sign):
        return None
    heading = _cells(line, sign)
    if len(heading) < 2 or not all(HEADING.fullmatch(line, *cell) for cell in heading):
        return None
    return next(
        ((place, len(heading)) for place, (start, end) in enumerate(heading) if start <= at < end), None
    )


def _in_rows(
    text: str, start: int, name: re.Match[str], sign: str, column: tuple[int, int]
) -> tuple[list[Found], int]:
    """What is secret in the rows from `start` on, and where they end: where there are more cells, or fewer."""
    (place, many), found = column, list[Found]()
    while start < len(text):
        line, after = _line(text, start)
        cells = _cells(line, sign)
        if len(cells) != many:
            break
        first, last = cells[place]
        if last - first >= SHORTEST and "****" not in line[first:last]:
            one = judged(name, start + first, start + last, text, is_placed=True)
            found += [one] if one else []
        start = after
    return found, start


def _line(text: str, start: int) -> tuple[str, int]:
    """The line that begins there, as far as it is looked at, and where the next one does."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return text[start : min(end, start + LONGEST_LINE)].rstrip("\r"), end + 1


def _cells(line: str, sign: str) -> Sequence[Cell]:
    """The places of what stands in the cells of a line."""
    start, stop = 0, len(line)
    if sign == "|":
        start, stop = stop - len(line.lstrip(BORDER)), len(line.rstrip(BORDER))
    cells = list[Cell]()
    while start <= stop:
        match = CELL[sign].match(line, start, stop)
        if match is None:
            break
        first, last = match.span(match.lastindex or 0)
        while last > first and line[last - 1] in QUOTES:
            last -= 1
        cells.append((first, last))
        start = match.end() + 1
    return cells
