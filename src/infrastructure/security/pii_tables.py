"""Rows below a line of column names: each cell is read with the name of its column, as a form is with its label."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from .pii_found import Placed, Seen

COLUMNS = ("dob", "birth", "mrn", "ssn", "social", "phone", "mobile", "passport", "patient")
NAME = re.compile(r"\s*[\"']?[a-z][a-z0-9_ .#/-]{0,30}[\"']?\s*")
CELL = {mark: re.compile(rf'(?:"[^"\n]*"|[^{mark}\n])*') for mark in (",", ";", "\t", "|")}
NUMBER = re.compile("[0-9]{5}")
"""More than a year: a line with such a number is a row."""
NAME_END = re.compile(r"[_a-z \"']*[,;\t|\n]")
"""A column's name ends with a mark or with the line."""
LONGEST = 400
"""Characters of a line of column names, and of a cell."""
THREE = re.compile("(?:[^0-9]*+[0-9]){3}")
"""What only its column tells has three digits at least."""
FEW = 96
"""Characters in which a table's end is looked for first; then in four times as many, and so on."""

MANY = 20_000
"""Lines and tables that are remembered from one round to the next."""

Home = Callable[[int, int], tuple[int, int]]
Show = Callable[[int, int], tuple[Seen, Home]]
"""Part of a text as rules look at it, and the way back from there to the text."""
Read = Callable[[Seen], list[Placed]]


class Cell(NamedTuple):
    """A cell of a personal column, in a part that is shown."""

    name: str
    seen: Seen
    start: int
    end: int
    home: Home


@dataclass(frozen=True, slots=True)
class Known:
    """What was read in earlier rounds over one text: the finds of lines that hold a cell, and, by how tables are
    written, where they end and whether a mark may have broken the row after the last."""

    lines: dict[str, list[Placed]] = field(default_factory=dict)
    tables: dict[str, tuple[int, bool]] = field(default_factory=dict)


class Rows(NamedTuple):
    """The personal cells below a line of names, where the last row ends, whether it is sure that no more rows follow
    behind what is shown, and whether a mark may have broken the row after the last."""

    cells: list[tuple[str, tuple[int, int]]]
    end: int
    whole: bool
    broken: bool


def cells(
    text: str, tables: Sequence[int], show: Show, read: Read, known: Known, *, marked: bool = False
) -> Iterator[Placed]:
    """What `read` finds in the cells of `tables` when the name of its column stands before each.

    `tables` are the places of lines of column names in `text`. The cells go to `read` all at
    once, one a line, since reading each alone would cost its own searches; a line is read once. With `marked`, rows
    are left out above which no mark stands: they are as they were before.
    """
    alike = dict[str, list[Cell]]()
    for cell in _cells(text, tables, show, known, every=not marked):
        alike.setdefault(f"{cell.name}: {cell.seen.text[cell.start : cell.end]}\n", []).append(cell)
    found = _read(alike, read, known.lines)
    for line, group in alike.items():
        for first, last, kind, confidence in found.get(line, ()):
            for cell in group:
                shift = cell.start - len(cell.name) - 2
                if cell.start <= first + shift and last + shift <= cell.end:
                    yield (*cell.home(first + shift, last + shift), kind, confidence)


def _read(
    alike: Mapping[str, Sequence[Cell]], read: Read, known: dict[str, list[Placed]]
) -> dict[str, list[Placed]]:
    """The finds of each line, by their places in it; those of lines read before are known."""
    found = {line: known[line] for line in alike if line in known}
    lines = [line for line in alike if line not in known]
    if not lines:
        return found
    starts = [0, *accumulate(map(len, lines))]
    text = "".join(lines)
    for first, last, kind, confidence in read(Seen(text, text.lower())):
        index = bisect_right(starts, first) - 1
        one = (first - starts[index], last - starts[index], kind, confidence)
        found.setdefault(lines[index], []).append(one)
    if len(known) + len(lines) <= MANY:
        known.update((line, found.get(line, [])) for line in lines)
    return found


def _cells(text: str, tables: Sequence[int], show: Show, known: Known, *, every: bool) -> Iterator[Cell]:
    done, fresh = -1, dict[str, tuple[int, bool]]()
    for start in tables:
        size = FEW
        while start > done:
            if (part := text[start : start + size]) in known.tables:
                # It is as it was when it was read.
                end, broken = known.tables[part]
                done, every = start + end, every or broken
                break
            seen, home = show(start, start + size)
            rows = _rows(seen, every=every)
            if rows.whole or start + size >= len(text):
                yield from (Cell(name, seen, *place, home) for name, place in rows.cells)
                done = home(rows.end - 1, rows.end)[0] if rows.end else start
                # A row that a mark has broken may have set free what is below.
                every = every or rows.broken
                if rows.whole and len(part) < LONGEST and len(fresh) < MANY:
                    fresh[part] = done - start, rows.broken
            size *= 4
    known.tables.update(fresh)


def headers(seen: Seen) -> list[int]:
    """Where lines begin that name columns of which one is personal."""
    starts = {seen.small.rfind("\n", 0, at) + 1 for at in _mentions(seen.small)}
    return sorted(start for start in starts if _header(seen.small, start))


def _mentions(small: str) -> Iterator[int]:
    for name in COLUMNS:
        at = small.find(name)
        while at >= 0:
            end = at + len(name)
            if NAME_END.match(small, end, end + 24):
                yield at
            at = small.find(name, end)


def _header(small: str, start: int) -> tuple[str, list[str]] | None:
    """The mark between the columns and their names, if the line at `start` is nothing but names."""
    end = small.find("\n", start, start + LONGEST)
    if end < 0:
        return None
    line = small[start:end]
    mark = max(CELL, key=line.count)
    names = line.split(mark)
    if len(names) < 2 or NUMBER.search(line) or not all(map(NAME.fullmatch, names)):
        return None
    return mark, [name.strip(" \"'\r").replace("_", " ") for name in names]


def _rows(seen: Seen, *, every: bool) -> Rows:
    """The personal cells of all rows below the line that `seen` begins with.

    A row has as many cells as there are names. Cells that hold nothing for their column are left out, and unless
    `every` one is wanted, those above the first mark.
    """
    text, header = seen.text, _header(seen.small, 0)
    if header is None:
        return Rows([], 0, whole="\n" in text or len(text) > LONGEST, broken=False)
    mark, names = header
    personal = [
        (place, name) for place, name in enumerate(names) if any(column in name for column in COLUMNS)
    ]
    found: list[tuple[str, tuple[int, int]]] = []
    at = text.find("\n") + 1
    while at < len(text):
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        every = every or text.find("\0", at, end) >= 0
        quoted = text.find('"', at, end) >= 0
        row = _quoted(text, at, end, mark) if quoted else []
        if (len(row) if quoted else text.count(mark, at, end) + 1) != len(names):
            return Rows(found, at, whole=end < len(text), broken=every)
        if every and THREE.match(text, at, end):
            found += _personal(text, row or _plain(text, at, end, mark), personal)
        at = end + 1
    return Rows(found, at, whole=False, broken=False)


def _personal(
    text: str, row: list[tuple[int, int]], personal: list[tuple[int, str]]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """The cells of `row` in `personal` columns that may hold something."""
    for place, name in personal:
        start, end = row[place]
        if end - start < LONGEST and THREE.match(text, start, end):
            yield name, row[place]


def _plain(text: str, at: int, end: int, mark: str) -> list[tuple[int, int]]:
    """The places of the cells of the line from `at` to `end`, in which nothing is quoted."""
    row: list[tuple[int, int]] = []
    for cell in text[at:end].split(mark):
        row.append((at, at + len(cell)))
        at += len(cell) + 1
    return row


def _quoted(text: str, at: int, end: int, mark: str) -> list[tuple[int, int]]:
    """The places of the cells of the line from `at` to `end`, some of which are quoted."""
    row: list[tuple[int, int]] = []
    while match := CELL[mark].match(text, at, end):
        row.append(match.span())
        at = match.end() + 1
        if at > end or text[at - 1] != mark:
            break
    return row
