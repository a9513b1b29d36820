"""Rows below a line of column names: each cell is read with the name of its column, as a form is with its label."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .pii_found import Found, Seen

COLUMNS = ("dob", "birth", "mrn", "ssn", "social", "phone", "mobile", "passport", "patient")
NAME = re.compile(r"\s*[\"']?[a-z][a-z0-9_ .#/-]{0,30}[\"']?\s*")
CELL = {mark: re.compile(rf'(?:"[^"\n]*"|[^{mark}\n])*') for mark in (",", ";", "\t", "|")}
LONGEST = 400
"""Characters of a line of column names, and of a cell."""
THREE = re.compile("(?:[^0-9]*+[0-9]){3}")
"""What only its column tells has three digits at least."""
FEW = 1_024
"""Characters in which a table's end is looked for first; then in twice as many, and so on."""

Show = Callable[[int, int], tuple[Seen, Callable[[Found], Found]]]
"""Part of a text as rules look at it, and the way back from there to the text."""
Read = Callable[[Seen], list[Found]]


class Cell(NamedTuple):
    """A cell of a personal column, in a part that is shown."""

    name: str
    seen: Seen
    start: int
    end: int
    home: Callable[[Found], Found]


def cells(length: int, tables: Sequence[int], show: Show, read: Read) -> Iterator[Found]:
    """What `read` finds in the cells of `tables` when the name of its column stands before each.

    `tables` are the places of lines of column names in a text of `length` characters. The cells go to `read` all at
    once, one a line, since reading each alone would cost its own searches.
    """
    all_cells = list(_cells(length, tables, show))
    if not all_cells:
        return
    texts, smalls, starts, at = [], [], [], 0
    for cell in all_cells:
        texts.append(f"{cell.name}: {cell.seen.text[cell.start : cell.end]}\n")
        smalls.append(f"{cell.name}: {cell.seen.small[cell.start : cell.end]}\n")
        starts.append(at)
        at += len(texts[-1])
    for one in read(Seen("".join(texts), "".join(smalls))):
        index = bisect_right(starts, one.start) - 1
        cell = all_cells[index]
        start = one.start - starts[index] - len(cell.name) - 2 + cell.start
        end = start + one.end - one.start
        if cell.start <= start and end <= cell.end:
            yield cell.home(one._replace(start=start, end=end))


def _cells(length: int, tables: Sequence[int], show: Show) -> Iterator[Cell]:
    done = -1
    for start in tables:
        size = FEW
        while start > done:
            seen, home = show(start, start + size)
            rows, end, whole = _rows(seen)
            if whole or start + size >= length:
                yield from (Cell(name, seen, *place, home) for name, place in rows)
                done = start if not end else home(Found(end - 1, end, "", 0.0)).start
            size *= 2


def headers(seen: Seen) -> list[int]:
    """Where lines begin that name columns of which one is personal."""
    starts = {seen.small.rfind("\n", 0, at) + 1 for at in _mentions(seen.small)}
    return sorted(start for start in starts if _header(seen.small, start))


def _mentions(small: str) -> Iterator[int]:
    for name in COLUMNS:
        at = small.find(name)
        while at >= 0:
            # A column's name ends with a mark or with the line.
            if small[at + len(name) : at + len(name) + 24].strip("_abcdefghijklmnopqrstuvwxyz \"'")[:1] in {
                *CELL,
                "\n",
            }:
                yield at
            at = small.find(name, at + len(name))


def _header(small: str, start: int) -> tuple[str, list[str]] | None:
    """The mark between the columns and their names, if the line at `start` is nothing but names."""
    end = small.find("\n", start, start + LONGEST)
    if end < 0:
        return None
    line = small[start:end]
    mark = max(CELL, key=line.count)
    names = line.split(mark)
    if len(names) < 2 or not all(NAME.fullmatch(name) for name in names):
        return None
    return mark, [name.strip(" \"'\r").replace("_", " ") for name in names]


def _rows(seen: Seen) -> tuple[list[tuple[str, tuple[int, int]]], int, bool]:
    """The personal cells of all rows below the line that `seen` begins with, where the last of them ends, and whether
    it is sure that no more of them follow behind `seen`.

    A row has as many cells as there are names. Cells that hold nothing for their column are left out.
    """
    text, header = seen.text, _header(seen.small, 0)
    if header is None:
        return [], 0, "\n" in text or len(text) > LONGEST
    mark, names = header
    personal = [any(column in name for column in COLUMNS) for name in names]
    found = list[tuple[str, tuple[int, int]]]()
    at = text.find("\n") + 1
    while at < len(text):
        row, end = _split(text, at, mark, len(names))
        if len(row) != len(names):
            return found, at, end < len(text)
        for name, here, place in zip(names, personal, row, strict=True):
            if here and place[1] - place[0] < LONGEST and THREE.match(text, *place):
                found.append((name, place))
        at = end + 1
    return found, at, False


def _split(text: str, at: int, mark: str, most: int) -> tuple[list[tuple[int, int]], int]:
    """The places of the cells of the line at `at`, one more than `most` if there are more, and where it ends."""
    row, end = list[tuple[int, int]](), at
    while len(row) <= most and (match := CELL[mark].match(text, end)):
        row.append(match.span())
        end = match.end()
        if text[end : end + 1] != mark:
            break
        end += 1
    return row, end
