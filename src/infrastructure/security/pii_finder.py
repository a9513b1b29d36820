"""Finds personal data in one pass over the digits of a text and a few searches for words and signs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ..common.needles import Hits, Needles
from . import pii_addresses
from .pii_addresses import numbered, streets
from .pii_announced import CUES, FLATS, announced
from .pii_cards import cards, iban, ssn
from .pii_found import BLANK, BORN, FRESH, Found, Placed, Seen, blanked, contested, settled
from .pii_labels import DIGIT, STEMS, labelled
from .pii_network import AT_SPELLED, mail, v4, v6
from .pii_phones import EXTENSION, phones
from .pii_shapes import asked
from .pii_stretches import LAST_NUMBER, STRETCH, is_nobodys
from .pii_tables import COLUMNS, Table, Tables, Way, headers
from .pii_text import Places, plain
from .pii_windows import FAR, SOON, Mark, freshly_marked, gathered, near_fresh, regions, windows

FOUR = re.compile(r"[0-9](?<![\w.][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_]|\.[0-9]|-[A-Za-z])")
NINE = re.compile(r"[0-9](?<![\w-][0-9])(?<![0-9][.][0-9])[0-9]{2}([ .-]?)[0-9]{2}\1[0-9]{4}(?!-?\w)")
WORDS = Needles({*STEMS, *AT_SPELLED, *pii_addresses.WORDS, *CUES, *FLATS, *COLUMNS})
"""What rules look at a text for, in small letters."""
HIDDEN = frozenset((BLANK, FRESH, BORN))
CONTROLS = tuple(char for char in map(chr, (*range(32), 127)) if not char.isspace())
MARK = re.compile(r"\[REDACTED-[A-Z0-9_]+\]")
MANY = 24
"""Kinds of marks in a text; up to so many, each is replaced for itself, which is faster than mark for mark."""


@dataclass(frozen=True, slots=True)
class Finds:
    """Finds in order, each with whether it was contested; tables, with how far they were read."""

    found: list[tuple[Placed, bool]]
    tables: Sequence[Table]


class PersonalDataFinder:
    """The rules for every kind; `custom` adds patterns of one's own under the names of their kinds."""

    def __init__(self, custom: Mapping[str, re.Pattern[str]]) -> None:
        self._custom = custom

    def find(self, text: str) -> Finds:
        """What is personal in `text`, by places in it; nothing that overlaps, nothing in what was scrubbed."""
        found, tables = list[Placed](), list[int]()
        text = _without_controls(text)
        for part in windows(text):
            seen, places = shown(part.text)
            words = WORDS.hits(seen.small)
            found += part.placed(at_home(by_rules(seen, words), places))
            lines = ((start, start + 1, "", 0.0) for start in headers(seen, words))
            tables += [line[0] for line in part.placed(at_home(lines, places))]
        return self._finds(text, found, [(start, -1) for start in tables], [])

    def again(self, text: str, marks: Iterable[Mark], tables: Sequence[Table]) -> Finds:
        """What came to light in `text` when `marks` were put in the place of finds.

        `tables` are those of before, by their places now.
        """
        fresh, text = list(marks), _without_controls(text)
        places = regions(text, fresh)
        many = sum(stop - start for start, stop in places) * 2 > len(text)
        found = list[Placed]()
        told = freshly_marked(text, fresh) if places or tables else text
        for part in windows(told) if many else gathered(told, places):
            seen, back = shown(part.text)
            found += part.placed(at_home(by_rules(seen, WORDS.hits(seen.small), again=True), back))
        return self._finds(told, found, tables, [start for start, _, _ in fresh])

    def _finds(self, text: str, found: list[Placed], tables: Sequence[Table], fresh: Sequence[int]) -> Finds:
        """Adds what may reach from anywhere to anywhere: rows below their columns, and patterns of one's own."""
        if tables:
            more, tables = Tables(text, partial(_part, text), _read, fresh).cells(tables)
            found += more
        if self._custom:
            seen, places = shown(text)
            found += at_home(self._own(seen), places)
        return Finds(contested(found), tables)

    def _own(self, seen: Seen) -> Iterator[Found]:
        for kind, pattern in self._custom.items():
            for match in pattern.finditer(seen.text):
                if match.end() > match.start() and HIDDEN.isdisjoint(match[0]):
                    yield Found(match.start(), match.end(), kind, 0.9)


def _read(seen: Seen, way: Way) -> list[Placed]:
    again, what = way
    if what == "digits":
        return settled(_by_digits(seen, (), again=again))
    words = WORDS.hits(seen.small)
    if what == "labels":
        return settled(labelled(seen, words, again=again))
    return settled(announced(seen, words) if what == "announced" else by_rules(seen, words, again=again))


def _part(text: str, start: int, stop: int) -> tuple[Seen, Callable[[int, int], tuple[int, int]]]:
    """A part of a text as rules look at it, with the way of a find back to the text."""
    seen, places = shown(text[start:stop])

    def home(first: int, last: int) -> tuple[int, int]:
        begin, end = places.span(first, last) if places else (first, last)
        return begin + start, end + start

    return seen, home


def shown(text: str) -> tuple[Seen, Places | None]:
    """A part of a text as rules look at it, with the way back to its own places."""
    view, places = plain(text)
    view = _blank(view)
    return Seen(view, view.lower()), places


def at_home(found: Iterable[Placed], places: Places | None) -> Iterable[Placed]:
    """Finds by their places in what `places` leads back to."""
    if places is None:
        return found
    span = places.span
    return ((*span(start, end), kind, confidence) for start, end, kind, confidence in found)


def by_rules(seen: Seen, words: Hits, *, again: bool = False) -> Iterator[Found]:
    """Whatever a rule of this package finds; finds may overlap. `words` are the places of `WORDS`.

    When it is read `again`, only near fresh marks.
    """
    labels = list(labelled(seen, words, again=again))
    yield from labels
    dates = sorted((one.end, one.start) for one in labels if one.kind == "DOB")
    yield from _by_digits(seen, dates, again=again)
    yield from mail(seen, words)
    yield from streets(seen, words)
    yield from announced(seen, words)
    if seen.text.count(":") >= 6 or "::" in seen.text:
        yield from v6(seen.text)


def _without_controls(text: str) -> str:
    """`text` with blanks for characters of control: they hide nothing, and those that stand for marks are ours."""
    for char in CONTROLS:
        text = text.replace(char, " ")
    return text


def _blank(text: str) -> str:
    """`text` with marks of earlier finds made unreadable."""
    if "[REDACTED-" not in text:
        return text
    marks = {*MARK.findall(text)}
    if len(marks) > MANY:
        return MARK.sub(lambda mark: blanked(mark[0], BLANK), text)
    for mark in marks:
        text = text.replace(mark, blanked(mark, BLANK))
    return text


def _by_digits(seen: Seen, dates: Sequence[tuple[int, int]], *, again: bool) -> list[Found]:
    """Finds in stretches of digits; `dates` are the ends and beginnings of dates of birth, in order."""
    text = seen.text
    found: list[Found | None] = []
    taken = -1
    for match in STRETCH.finditer(text):
        form = match.lastgroup
        if form == "day":
            continue
        start, end = match.span()
        if again and not near_fresh(text, start, end, FAR if form != "number" else SOON):
            taken = -1
            continue
        if form == "street":
            found.append(numbered(seen, start))
        elif form == "account":
            found.append(iban(text, start - 2))
        else:
            if dates and (date := _date_at(dates, start, end)) and (rest := DIGIT.search(text, date, end)):
                start, taken = rest.start(), date
            if numbers := _numbers(seen, start, end, taken):
                found += numbers
                last = numbers[-1]
                taken = last.end if last and last.kind == "PHONE" else -1
            if form == "house" and (house := LAST_NUMBER.search(text, max(start, end - 8), end)):
                found.append(numbered(seen, house.start()))
    return [one for one in found if one is not None]


def _date_at(dates: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """Where a date ends whose last digits begin the stretch from `start` to `end`, such as the year; 0 if none does.

    What follows is read as if the date had gone.
    """
    place = bisect_left(dates, (end,))
    last, first = dates[place - 1] if place else (0, 0)
    return last if first < start < last else 0


def _numbers(seen: Seen, start: int, end: int, taken: int) -> list[Found | None]:
    """What a stretch of digits and separators holds; the sizes of its groups tell which rules are asked.

    The telephone number before ends at `taken`.
    """
    text = seen.text
    stretch = text[start:end]
    found: list[Found | None] = []
    if is_nobodys(stretch):
        return found
    shape = asked(stretch)
    if shape.machine and stretch.count(".") >= 3:
        found += [v4(seen, *four.span()) for four in FOUR.finditer(text, start, end + 2)]
    if shape.card:
        found += cards(text, start, end)
    if shape.nine:
        found += [ssn(seen, *nine.span()) for nine in NINE.finditer(text, start, end + 2)]
    if shape.phone and not _is_all(found, seen, start, end):
        # Beside something else, what is set free waits for the marks, since it may be less than it seems.
        found += phones(seen, start, end, shape, -1 if any(found) else taken)
    return found


def _is_all(found: list[Found | None], seen: Seen, start: int, end: int) -> bool:
    """Whether the first find is all of a stretch: whatever a telephone's rules find in it is not longer."""
    first = found[0] if found else None
    if first is None or first.start != start or first.end != end:
        return False
    return seen.text[start - 1 : start] not in {"(", "+"} and not EXTENSION.match(seen.text, end)
