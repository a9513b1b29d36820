"""Rows below a line of column names: each cell is read with the name of its column, as a form is with its label."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, islice
from typing import Literal, NamedTuple

from ..common.needles import Hits
from .pii_announced import CUES, FLATS
from .pii_cues import OTHER, TELEPHONE
from .pii_found import FRESH, Placed, Seen
from .pii_stretches import STRETCH

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

LINE = 4_096
"""Characters of a line that is too long to become a row."""
Table = tuple[int, int]
"""Where a line of names begins, and the end of the rows that were read below it: less than that, if none were."""
Home = Callable[[int, int], tuple[int, int]]
Show = Callable[[int, int], tuple[Seen, Home]]
"""Part of a text as rules look at it, and the way back from there to the text."""
What = Literal["all", "labels", "digits", "announced"]
"""Which rules read a line: all, those of labels, of numbers, or of announced addresses."""
Way = tuple[bool, What]
"""How a line is read: only near fresh marks, and by which rules."""
Read = Callable[[Seen, Way], list[Placed]]
TELLING = re.compile("phone|mob|tel|cell|fax|number|(?<!pa)ss|soc|tax|itin| no$| num$| line$")
"""Names of columns that may say more about digits than a label does: telephones and social security numbers."""
ONLY_PHONES = re.compile(r"(?!.*(?:dob|birth|mrn|ss|soc|tax|itin|pass|patient)).*(?:phone|mobile)")
"""Names that say something of telephone numbers and of nothing else: only of the first number behind them."""
ANNOUNCED = re.compile("|".join(map(re.escape, (*CUES, *FLATS))))
"""What may be the words of addresses, which go over the mark between cells as far as they can."""
SHORT = 24
"""Characters of a cell that is read by all rules at once, since that costs less than to ask which are needed."""
NUMBERS = 2
"""How many of a cell are read for the first, since it may have an extension."""
CROSSING = re.compile(r"grad|updat|bump|install|://")
"""What may keep something in the next cell from being found where it stands."""


class Cell(NamedTuple):
    """A cell of a personal column, in a part that is shown; `read` if it was read before a mark came to it."""

    name: str
    start: int
    end: int
    read: bool


class Rows(NamedTuple):
    """The personal cells below a line of names, where the last row ends, and whether it is sure that no more rows
    follow behind what is shown."""

    cells: list[Cell]
    end: int
    whole: bool


class Tables:
    """Reads the cells of tables when the name of its column stands before each.

    The cells go to `read` all at once, one a line, since reading each alone would cost its own searches; a line is
    read once. `text` is what `show` shows parts of, and `fresh` are the places of marks of the last round in it.
    """

    def __init__(self, text: str, show: Show, read: Read, fresh: Sequence[int]) -> None:
        self._text = text
        self._show = show
        self._read = read
        self._fresh = fresh
        self._lines: dict[Way, dict[str, list[tuple[int, Cell, Home]]]] = {}

    def cells(self, tables: Iterable[Table]) -> tuple[list[Placed], list[Table]]:
        """The finds in all cells of `tables` that are new or have a fresh mark, and how far each is read now."""
        done, now = -1, list[Table]()
        for start, end in tables:
            if start <= done:
                now.append((start, -1))  # it is a row of the one before
                continue
            done = end if end >= start and not self._is_touched(start, end) else self._rows_of(start, end)
            now.append((start, done))
        return [one for way, lines in self._lines.items() for one in self._finds(lines, way)], now

    def _is_touched(self, start: int, end: int) -> bool:
        """Whether a fresh mark stands in a table, or in the line behind it."""
        place = bisect_left(self._fresh, start)
        mark = self._fresh[place] if place < len(self._fresh) else len(self._text)
        return mark <= end or (mark <= end + LINE and self._text.find("\n", end + 1, mark) < 0)

    def _rows_of(self, start: int, end: int) -> int:
        """Takes up what is new in the rows of a table, and tells where they end."""
        size = max(FEW, end - start + FEW)
        while True:
            seen, home = self._show(start, start + size)
            rows = _rows(seen, home, end)
            if rows.whole or start + size >= len(self._text):
                break
            size *= 4
        for cell in rows.cells:
            for what in _what(seen, cell, home):
                self._add(seen, home, cell, what)
        return home(rows.end - 1, rows.end)[0] if rows.end else start

    def _add(self, seen: Seen, home: Home, cell: Cell, what: What) -> None:
        """Notes a cell to be read."""
        end = _two(seen.text, cell) if what == "digits" else cell.end
        line = f"{cell.name}: {seen.text[cell.start : end]}\n"
        shift = cell.start - len(cell.name) - 2
        self._lines.setdefault((cell.read, what), {}).setdefault(line, []).append((shift, cell, home))

    def _finds(self, alike: Mapping[str, list[tuple[int, Cell, Home]]], way: Way) -> Iterator[Placed]:
        """The finds of lines in each of the cells that they were made of."""
        lines = list(alike)
        starts = [0, *accumulate(map(len, lines))]
        text = "".join(lines)
        for first, last, kind, confidence in self._read(Seen(text, text.lower()), way):
            index = bisect_right(starts, first) - 1
            for shift, cell, home in alike[lines[index]]:
                move = shift - starts[index]
                if cell.start <= first + move and last + move <= cell.end:
                    yield (*home(first + move, last + move), kind, confidence)


def _what(seen: Seen, cell: Cell, home: Home) -> tuple[What, ...]:
    """Which rules find what only its label tells of a cell."""
    telling = TELLING.search(cell.name) is not None
    if telling and (cell.end - cell.start < SHORT or not ONLY_PHONES.match(cell.name)):
        return ("all",)
    if not _is_plain(seen, cell, home):
        return ("all",)
    if telling:
        others = ("announced",) if ANNOUNCED.search(seen.small, cell.start, cell.end) else ()
        # Words in the cell may say more now, if a mark is between them.
        return ("digits", "labels", *others) if cell.read else ("digits", *others)
    # Words of the cell before, or at the end of the line above, are read over the mark between: of the first number.
    before = OTHER.stands(seen, cell.start) or TELEPHONE.stands(seen, cell.start)
    return ("labels", "digits") if before else ("labels",)


def _two(text: str, cell: Cell) -> int:
    """Where the third number of a cell begins, or the cell ends."""
    third = next(islice(STRETCH.finditer(text, cell.start, cell.end), NUMBERS, None), None)
    return third.start() if third else cell.end


def _is_plain(seen: Seen, cell: Cell, home: Home) -> bool:
    """Whether all that the label of a cell does not tell is found where the cell stands: nothing there hides it."""
    start, end = cell.start, cell.end
    begun, ended = home(start, end)
    if cell.read and ended - begun != end - start:
        return False  # what a mark sets free is told by the text as it is written, and here it is encoded
    first, before = seen.text[start : start + 1], seen.small[max(0, start - 2) : start]
    if before[-1:] == "," and before[:1].isdigit() and (first.isdigit() or first == "("):
        return False
    return not CROSSING.search(seen.small, max(0, start - 100), start)


def headers(seen: Seen, words: Hits) -> list[int]:
    """Where lines begin that name columns of which one is personal; `words` are the places of `COLUMNS`."""
    small, starts, done = seen.small, list[int](), -1
    for at, name in sorted((at, one) for one in COLUMNS for at in words.get(one, ())):
        end = at + len(name)
        if at > done and NAME_END.match(small, end, end + 24):
            start, done = small.rfind("\n", 0, at) + 1, small.find("\n", end)
            if done < 0:
                break
            if _header(small, start):
                starts.append(start)
    return starts


def _header(small: str, start: int) -> tuple[str, int, list[tuple[int, str]]] | None:
    """The mark between the columns, how many there are, and which are personal, if the line at `start` is nothing
    but names."""
    end = small.find("\n", start, start + LONGEST)
    return None if end < 0 else _columns(small[start:end])


@lru_cache(maxsize=256)
def _columns(line: str) -> tuple[str, int, list[tuple[int, str]]] | None:
    mark = max(CELL, key=line.count)
    names = line.split(mark)
    if len(names) < 2 or NUMBER.search(line) or not all(map(NAME.fullmatch, names)):
        return None
    plain = [name.strip(" \"'\r").replace("_", " ") for name in names]
    personal = [(place, name) for place, name in enumerate(plain) if any(one in name for one in COLUMNS)]
    return mark, len(names), personal


def _rows(seen: Seen, home: Home, known: int) -> Rows:
    """The personal cells of the rows below the line that `seen` begins with.

    A row has as many cells as there are names. Cells that hold nothing for their column are left out, and so are
    rows that end before `known`, a place at `home`, unless they have a fresh mark.
    """
    text, header = seen.text, _header(seen.small, 0)
    if header is None:
        return Rows([], 0, whole="\n" in text or len(text) > LONGEST)
    mark, count, personal = header
    found: list[Cell] = []
    at = text.find("\n") + 1
    while at < len(text):
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        quoted = text.find('"', at, end) >= 0
        row = _quoted(text, at, end, mark) if quoted else []
        if (len(row) if quoted else text.count(mark, at, end) + 1) != count:
            return Rows(found, at, whole=end < len(text))
        read = known > 0 and home(at, at + 1)[0] < known
        if (not read or text.find(FRESH, at, end) >= 0) and THREE.match(text, at, end):
            found += _personal(text, row or _plain(text, at, end, mark), personal, read)
        at = end + 1
    return Rows(found, at, whole=False)


def _personal(
    text: str, row: list[tuple[int, int]], personal: list[tuple[int, str]], read: bool
) -> Iterator[Cell]:
    """The cells of `row` in `personal` columns that may hold something."""
    for place, name in personal:
        start, end = row[place]
        if end - start < LONGEST and THREE.match(text, start, end):
            yield Cell(name, start, end, read)


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
