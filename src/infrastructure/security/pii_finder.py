"""Finds personal data in one pass over the digits of a text and a few searches for words and signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .pii_addresses import numbered, streets
from .pii_cards import cards, iban, ssn
from .pii_found import Found, Seen, contested, settled
from .pii_labels import labelled
from .pii_network import mail, v4, v6
from .pii_phones import phones
from .pii_stretches import LAST_NUMBER, NAMED, STRETCH, is_nobodys
from .pii_tables import cells, has_table
from .pii_text import Places, plain
from .pii_windows import Mark, Window, gathered, regions, windows

FOUR = re.compile(r"[0-9](?<![\w.][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_]|\.[0-9]|-[A-Za-z])")
NINE = re.compile(r"[0-9](?<![\w-][0-9])(?<![0-9][.][0-9])[0-9]{2}([ .-]?)[0-9]{2}\1[0-9]{4}(?!-?\w)")
MARK = re.compile(r"\[REDACTED-[A-Z0-9_]+\]")


@dataclass(frozen=True, slots=True)
class Finds:
    """Finds in order, each with whether it was contested; `tabled` if some rows stand below names of columns."""

    found: list[tuple[Found, bool]]
    tabled: bool


class PersonalDataFinder:
    """The rules for every kind; `custom` adds patterns of one's own under the names of their kinds."""

    def __init__(self, custom: Mapping[str, re.Pattern[str]]) -> None:
        self._custom = custom

    def find(self, text: str) -> Finds:
        """What is personal in `text`, by places in it; nothing that overlaps, nothing in what was scrubbed."""
        return self._found(text, windows(text), tabled=False)

    def again(self, text: str, marks: Iterable[Mark], *, tabled: bool) -> Finds:
        """What came to light in `text` when `marks` were put in the place of finds."""
        places = regions(text, marks)
        if sum(stop - start for start, stop in places) * 2 > len(text):
            return self.find(text)
        return self._found(text, gathered(text, places), tabled=tabled)

    def _found(self, text: str, parts: Iterable[Window], *, tabled: bool) -> Finds:
        found: list[Found] = []
        for part in parts:
            seen, places = shown(part.text)
            tabled = tabled or has_table(seen)
            found += part.placed(at_home(by_rules(seen), places))
        if tabled or self._custom:
            seen, places = shown(text)
            found += at_home(self._of_the_whole(seen), places)
        return Finds(list(contested(found)), tabled)

    def _of_the_whole(self, seen: Seen) -> Iterator[Found]:
        """What may reach from anywhere to anywhere: rows below their columns, and patterns of one's own."""
        yield from cells(seen, lambda cell: settled([*by_rules(cell), *self._own(cell)]))
        yield from self._own(seen)

    def _own(self, seen: Seen) -> Iterator[Found]:
        for kind, pattern in self._custom.items():
            for match in pattern.finditer(seen.text):
                if match.end() > match.start() and "\0" not in match[0]:
                    yield Found(match.start(), match.end(), kind, 0.9)


def shown(text: str) -> tuple[Seen, Places | None]:
    """A part of a text as rules look at it, with the way back to its own places."""
    view, places = plain(text)
    view = _blank(view)
    return Seen(view, view.lower()), places


def at_home(found: Iterable[Found], places: Places | None) -> Iterable[Found]:
    """Finds by their places in what `places` leads back to."""
    return found if places is None else (_original(one, places) for one in found)


def by_rules(seen: Seen) -> Iterator[Found]:
    """Whatever a rule of this package finds; finds may overlap."""
    yield from _by_digits(seen)
    yield from labelled(seen)
    yield from mail(seen)
    yield from streets(seen)
    if "::" in seen.text or seen.text.count(":") >= 7:
        yield from v6(seen.text)


def _blank(text: str) -> str:
    """`text` with marks of earlier finds made unreadable: their words say nothing about what follows."""
    return MARK.sub(lambda mark: "\0" * len(mark[0]), text) if "[REDACTED-" in text else text


def _original(one: Found, places: Places) -> Found:
    return Found(places.start(one.start), places.end(one.end), one.kind, one.confidence)


def _by_digits(seen: Seen) -> list[Found]:
    text = seen.text
    found: list[Found | None] = []
    for match in STRETCH.finditer(text):
        start, end = match.span()
        if match.lastgroup == "number":
            if not is_nobodys(match[0]):
                found += _numbers(seen, start, end)
            found.append(_after(seen, start, end))
        elif match.lastgroup == "street":
            found.append(numbered(seen, start))
        else:
            found.append(iban(text, start - 2))
    return [one for one in found if one is not None]


def _after(seen: Seen, start: int, end: int) -> Found | None:
    """An address that begins with the last number of a stretch."""
    if seen.text[end : end + 1] not in {" ", ","} or not NAMED.match(seen.text, end):
        return None
    last = LAST_NUMBER.search(seen.text, max(start, end - 8), end)
    return numbered(seen, last.start()) if last else None


def _numbers(seen: Seen, start: int, end: int) -> list[Found | None]:
    """What a stretch of digits and separators holds."""
    text, found = seen.text, list[Found | None]()
    dots = text.count(".", start, end)
    if dots >= 3:
        found += [v4(seen, *four.span()) for four in FOUR.finditer(text, start, end + 2)]
    digits = end - start - dots - sum(text.count(mark, start, end) for mark in " -/()")
    if digits >= 12:
        found += cards(text, start, end)
    if digits >= 9:
        found += [ssn(seen, *nine.span()) for nine in NINE.finditer(text, start, end + 2)]
    if digits >= 7:
        found += phones(seen, start, end)
    return found
