"""Finds personal data in one pass over the digits of a text and a few searches for words and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .pii_addresses import FRENCH_WORDS, numbered, streets
from .pii_cards import cards, iban, ssn
from .pii_found import Found, Seen, settled
from .pii_labels import labelled
from .pii_network import mail, v4, v6
from .pii_phones import phones
from .pii_tables import cells
from .pii_text import Places, plain

STRETCH = re.compile(
    r"[0-9](?:(?<![^\W_][0-9])(?:(?P<number>[0-9.()/ -]{5,}[0-9])"
    r"|(?P<street>[0-9]{0,5}(?:[A-Za-z]|-\d{1,4}| bis| ter)?(?=,? {1,2}"
    rf"(?:[A-ZÀ-Ý0-9]|{FRENCH_WORDS}|(?=[a-z0-9 .,'#-]{{8,70}} [a-z][a-z],? [0-9]{{5}})))))"
    r"|(?P<account>[0-9](?<=[A-Za-z][A-Za-z][0-9]{2})(?=[ -]?[A-Za-z0-9]{4})))"
)
"""Where digits may be something. It begins with a plain class, which lets the engine run to the next digit."""

STAMP = re.compile(r"(?:19|20)\d\d([/-])\d\d\1\d\d(?: \d\d)?")
"""A day, and perhaps the hour: the most common digits of all, and nobody's without a label."""

LAST_NUMBER = re.compile(r"[0-9]+$")
FOUR = re.compile(r"[0-9](?<![\w.][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z_]|\.[0-9]|-[A-Za-z])")
NINE = re.compile(r"[0-9](?<![\w-][0-9])(?<![0-9][.][0-9])[0-9]{2}([ .-]?)[0-9]{2}\1[0-9]{4}(?!-?\w)")
MARK = re.compile(r"\[REDACTED-[A-Z0-9_]+\]")


class PersonalDataFinder:
    """The rules for every kind; `custom` adds patterns of one's own under the names of their kinds."""

    def __init__(self, custom: Mapping[str, re.Pattern[str]]) -> None:
        self._custom = custom

    def find(self, text: str) -> list[Found]:
        """What is personal in `text`, by places in it; nothing that overlaps, nothing in what was scrubbed."""
        view, places = plain(text)
        seen = Seen(_blank(view), "")
        seen = Seen(seen.text, seen.text.lower())
        found = settled([*self._all(seen), *cells(seen, lambda cell: settled(self._all(cell)))])
        return found if places is None else [_original(one, places) for one in found]

    def _all(self, seen: Seen) -> Iterator[Found]:
        yield from _by_digits(seen)
        yield from labelled(seen)
        yield from mail(seen)
        yield from streets(seen)
        if "::" in seen.text or seen.text.count(":") >= 7:
            yield from v6(seen.text)
        for kind, pattern in self._custom.items():
            for match in pattern.finditer(seen.text):
                if match.end() > match.start() and "\0" not in match[0]:
                    yield Found(match.start(), match.end(), kind, 0.9)


def _blank(text: str) -> str:
    """`text` with marks of earlier finds made unreadable: their words say nothing about what follows."""
    return MARK.sub(lambda mark: "\0" * len(mark[0]), text) if "[REDACTED-" in text else text


def _original(one: Found, places: Places) -> Found:
    return one._replace(start=places.start(one.start), end=places.end(one.end))


def _by_digits(seen: Seen) -> Iterator[Found]:
    text = seen.text
    for match in STRETCH.finditer(text):
        start, end = match.span()
        if match.lastgroup == "number":
            yield from _numbers(seen, start, end)
            last = LAST_NUMBER.search(text, max(start, end - 8), end)
            if last and text[end : end + 1] in {" ", ","} and (one := numbered(seen, last.start())):
                yield one
        elif match.lastgroup == "street":
            if one := numbered(seen, start):
                yield one
        elif one := iban(text, start - 2):
            yield one


def _numbers(seen: Seen, start: int, end: int) -> Iterator[Found]:
    """What a stretch of digits and separators holds."""
    text = seen.text
    stretch = text[start:end]
    if STAMP.fullmatch(stretch):
        return
    if stretch.count(".") >= 3:
        yield from (one for four in FOUR.finditer(text, start, end + 2) if (one := v4(seen, *four.span())))
    digits = end - start - sum(map(stretch.count, " .-/()"))
    if digits >= 12:
        yield from cards(text, start, end)
    if digits >= 9:
        yield from (one for nine in NINE.finditer(text, start, end + 2) if (one := ssn(seen, *nine.span())))
    if digits >= 7:
        yield from phones(seen, start, end)
