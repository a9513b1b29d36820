"""Passwords and keys in the columns of tables: exports as CSV, and tables in Markdown."""

from __future__ import annotations

import re

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
"""Characters of a row; what is longer ends a table, and so does the text."""
LONGEST_CELL = 40
MOST_COLUMNS = 50
Cell = tuple[int, int]


class Columns:
    """Reads each table of `text` once, whatever the number of telling names in its first line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = self._rows = self._end = 0
        self._heading: list[Cell] = []
        self._cells: list[list[Cell]] = []

    def below(self, name: re.Match[str]) -> list[Found]:
        """The secrets in the column that `name` heads."""
        text, (start, end) = self._text, name.span()
        if self._rows <= start < self._end:
            return []  # in a row of the table above
        sign = _sign(text, start, end)
        if not sign:
            return []
        if not self._begin <= start < self._rows:
            self._open(start, sign)
        column = next((at for at, cell in enumerate(self._heading) if cell[0] <= start < cell[1]), None)
        if column is None or is_public(text, name, self._begin, prefix_of(text, name, self._begin)):
            return []
        cells = [row[column] for row in self._cells]
        told = [
            judged(name, first, last, text, is_placed=True)
            for first, last in cells
            if last - first >= SHORTEST and text.find("****", first, last) < 0
        ]
        return [one for one in told if one is not None]

    def _open(self, start: int, sign: str) -> None:
        """Read the table whose first line `start` is in, if that is one."""
        text, earliest = self._text, max(0, start - LONGEST_LINE)
        self._begin = text.rfind("\n", earliest, start) + 1 or earliest
        self._heading, self._cells = [], []
        line, self._rows = _line(text, self._begin)
        self._end = self._rows
        if earliest == self._begin > 0:
            return
        self._heading = _heading(line, self._begin, sign, _line(text, self._rows)[0])
        while self._heading and self._end < len(text):
            line, after = _line(text, self._end)
            cells = _cells(line, self._end, sign)
            if len(cells) != len(self._heading):
                return
            self._cells.append(cells)
            self._end = after


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


def _heading(line: str, begin: int, sign: str, first: str) -> list[Cell]:
    """The cells of a line that names columns; none when it is no such line, or the `first` row none of it."""
    if '"' not in line and '"' not in first and line.count(sign) != first.count(sign):
        return []
    cells = _cells(line, begin, sign)
    titled = len(cells) > 1 and all(
        HEADING.fullmatch(line, start - begin, end - begin) for start, end in cells
    )
    return cells if titled else []


def _line(text: str, start: int) -> tuple[str, int]:
    """The line that begins there, without its end, and where the next begins; of one too long, as much as counts."""
    end = text.find("\n", start, start + LONGEST_LINE)
    if end < 0:
        end = min(len(text), start + LONGEST_LINE)
    return text[start:end].rstrip("\r"), end + 1


def _cells(line: str, at: int, sign: str) -> list[Cell]:
    """The places of what stands in the cells of a line that begins at `at`; none where there are too many."""
    start, stop = 0, len(line)
    if sign == "|":
        start, stop = stop - len(line.lstrip(BORDER)), len(line.rstrip(BORDER))
    cells = list[Cell]()
    while start <= stop:
        match = CELL[sign].match(line, start, stop)
        if match is None or len(cells) == MOST_COLUMNS:
            return []
        first, last = match.span(match.lastindex or 0)
        while last > first and line[last - 1] in QUOTES:
            last -= 1
        cells.append((at + first, at + last))
        start = match.end() + 1
    return cells
