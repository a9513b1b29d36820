"""Rows below a line of column names: each cell is read with the name of its column, as a form is with its label."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator

from .pii_found import Found, Seen

COLUMNS = ("dob", "birth", "mrn", "ssn", "social", "phone", "mobile", "passport", "patient")
NAME = re.compile(r"\s*[\"']?[a-z][a-z0-9_ .#/-]{0,30}[\"']?\s*")
CELL = {mark: re.compile(rf'(?:"[^"\n]*"|[^{mark}\n])*') for mark in (",", ";", "\t", "|")}
LONGEST = 400
"""Characters of a line of column names."""

Read = Callable[[Seen], list[Found]]


def cells(seen: Seen, read: Read) -> Iterator[Found]:
    """What `read` finds in cells when the name of its column stands before each; every row is read once.

    The cells go to `read` all at once, one a line, since reading each alone would cost its own searches.
    """
    places = [place for place in _labelled(seen) if place[2] > place[1]]
    if not places:
        return
    texts, smalls, starts, length = [], [], [], 0
    for name, first, last in places:
        texts.append(f"{name}: {seen.text[first:last]}\n")
        smalls.append(f"{name}: {seen.small[first:last]}\n")
        starts.append(length)
        length += len(texts[-1])
    for one in read(Seen("".join(texts), "".join(smalls))):
        index = bisect_right(starts, one.start) - 1
        name, first, last = places[index]
        start = one.start - starts[index] - len(name) - 2 + first
        end = start + one.end - one.start
        if first <= start and end <= last:
            yield one._replace(start=start, end=end)


def has_table(seen: Seen) -> bool:
    """Whether some line names columns of which one is personal."""
    return any(_header(seen.small, start) for start in _lines(seen.small))


def _lines(small: str) -> list[int]:
    return sorted({small.rfind("\n", 0, at) + 1 for at in _mentions(small)})


def _labelled(seen: Seen) -> Iterator[tuple[str, int, int]]:
    """The column's name and the place of each cell whose column's name says that it is personal."""
    done = -1
    for start in _lines(seen.small):
        if start > done and (header := _header(seen.small, start)):
            mark, names = header
            done = yield from _rows(seen.text, start, mark, names)


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


def _rows(text: str, start: int, mark: str, names: list[str]) -> Generator[tuple[str, int, int], None, int]:
    """The personal cells of all rows below `start` that have as many cells as there are names; returns their end."""
    personal = [any(column in name for column in COLUMNS) for name in names]
    at = text.find("\n", start) + 1
    while 0 < at < len(text):
        row, end = _split(text, at, mark)
        if len(row) != len(names):
            break
        for name, here, (first, last) in zip(names, personal, row, strict=True):
            if here and last - first < LONGEST:
                yield name, first, last
        at = end + 1
    return at


def _split(text: str, at: int, mark: str) -> tuple[list[tuple[int, int]], int]:
    """The places of the cells of the line at `at`, and where it ends."""
    row, end = [], at
    while match := CELL[mark].match(text, end):
        row.append(match.span())
        end = match.end()
        if text[end : end + 1] != mark:
            break
        end += 1
    return row, end
