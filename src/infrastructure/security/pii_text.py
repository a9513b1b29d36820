"""A text as a reader sees it: encodings undone, look-alikes made plain, with the way back to the original places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from heapq import merge

NAMED = {"commat": "@", "period": ".", "nbsp": " ", "lowbar": "_", "plus": "+", "hyphen": "-", "colon": ":"}
"""HTML's names of the characters that stand in e-mail addresses and numbers."""

HIDDEN = "\u00ad\u200b-\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff"
"""Characters that nobody sees: soft hyphens, joiners, marks of direction."""

_FORMS = (
    r"(?<=%)(?:25)?(?P<percent>[2-7][0-9A-Fa-f])"
    r"|(?<=&)(?:#(?:(?P<decimal>[0-9]{2,5})|[xX](?P<hex>[0-9A-Fa-f]{2,4}))"
    rf"|(?P<named>{'|'.join(NAMED)}));"
    r"|(?<=\\)(?:(?:u00|x)(?P<code>[2-7][0-9A-Fa-f])|(?P<break>[nrt]))"
)
WRITTEN = {sign: re.compile(rf"{re.escape(sign)}(?:{_FORMS})") for sign in "%&\\"}
"""What each sign may begin; each form begins with one character, to which the engine runs fastest."""
WRITTEN_OR_HIDDEN = re.compile(rf"[%&\\{HIDDEN}](?:{_FORMS}|(?<=[{HIDDEN}])(?P<hidden>[{HIDDEN}]*))")
_ASCII = bytes(range(128))

SAME = {
    " ": "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000",
    "-": "\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u2043",
    ".": "\u2024\ufe52\uff0e\u3002",
    "@": "\ufe6b\uff20",
    "+": "\ufe62\uff0b",
    "/": "\u2044\u2215\uff0f",
    ":": "\ufe55\uff1a",
    "(": "\ufe59\uff08",
    ")": "\ufe5a\uff09",
    "I": "\u0130",  # the one character that grows when it is made small: places would shift
}
"""Plain characters, and what passes for each."""


class Places:
    """Leads from places in a changed text back to the original, through the list of what was changed."""

    def __init__(self) -> None:
        self._at: list[int] = [0]  # where a piece begins in the changed text
        self._from: list[int] = [0]  # where it begins in the original
        self._kept: list[bool] = [True]  # whether the piece stands there as it was

    def add(self, at: int, start: int, length: int, end: int) -> None:
        """What stands at `at`, `length` characters long, was put in place of the original's `start` to `end`."""
        self._at += (at, at + length)
        self._from += (start, end)
        self._kept += (False, True)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original places of the characters from `start` to before `end`."""
        piece = bisect_right(self._at, start) - 1
        if self._kept[piece] and (piece + 1 == len(self._at) or end <= self._at[piece + 1]):
            shift = self._from[piece] - self._at[piece]
            return start + shift, end + shift
        return self.start(start), self.end(end)

    def start(self, place: int) -> int:
        """The original place of the character at `place`."""
        piece = bisect_right(self._at, place) - 1
        return self._from[piece] + (place - self._at[piece] if self._kept[piece] else 0)

    def end(self, place: int) -> int:
        """The original place just after the character before `place`."""
        piece = bisect_right(self._at, place - 1) - 1
        if self._kept[piece]:
            return self._from[piece] + place - self._at[piece]
        return self._from[piece + 1]


def plain(text: str) -> tuple[str, Places | None]:
    """`text` as a reader sees it; without the places when they are the same as in `text`."""
    odd: set[str] = set() if text.isascii() else _odd(text)
    places = None
    if not odd.isdisjoint(_hidden()):
        text, places = _undone(text, WRITTEN_OR_HIDDEN.finditer(text))
    elif signs := [sign for sign in WRITTEN if sign in text]:
        each = [WRITTEN[sign].finditer(text) for sign in signs]
        text, places = _undone(text, each[0] if len(each) == 1 else merge(*each, key=re.Match.start))
        odd = odd if text.isascii() else _odd(text)  # an entity may stand for a look-alike
    return _alike(text, odd), places


def _odd(text: str) -> set[str]:
    """The characters beyond ASCII; the others are thrown out as bytes, many times as fast as looking at each."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def _alike(text: str, odd: set[str]) -> str:
    """`text` with plain characters for look-alikes, every one in its place; all of them are in `odd`."""
    found = {char: same for char in odd if char > "\x7f" and (same := _plain_of(char))}
    if len(found) > 8:
        return text.translate({ord(char): same for char, same in found.items()})
    for char, same in found.items():
        text = text.replace(char, same)
    return text


def _undone(text: str, forms: Iterable[re.Match[str]]) -> tuple[str, Places | None]:
    pieces: list[str] = []
    places, length, last = Places(), 0, 0
    for match in forms:
        stands, (start, end) = _meant(match), match.span()
        length += start - last
        pieces += (text[last:start], stands)
        places.add(length, start, len(stands), end)
        length, last = length + len(stands), end
    if not pieces:
        return text, None
    return "".join([*pieces, text[last:]]), places


def _meant(match: re.Match[str]) -> str:
    """The character that an encoded form stands for; nothing for what nobody sees."""
    form = match.lastgroup or ""
    return _stands_for(form, match[form] if form else "")


@lru_cache(maxsize=1_024)
def _stands_for(form: str, value: str) -> str:
    if form in {"percent", "code", "hex"}:
        return _character(int(value, 16))
    if form == "decimal":
        return _character(int(value))
    if form == "named":
        return NAMED[value]
    return "\n" if form == "break" else ""


def _character(code: int) -> str:
    # Halves of a pair and control characters say nothing that a rule looks for.
    return chr(code) if 32 <= code < 0xD800 else " "


def _spread(spans: str) -> list[str]:
    """The characters of a class as it is written in a pattern: `a-c` is a, b and c."""
    chars = re.findall(r"(.)-(.)|(.)", spans, re.DOTALL)
    return [chr(code) for low, high, only in chars for code in range(ord(low or only), ord(high or only) + 1)]


@cache
def _hidden() -> frozenset[str]:
    return frozenset(_spread(HIDDEN))


@cache
def _table() -> dict[str, str]:
    """Look-alikes with their plain characters: spaces, dashes, signs, and what is as wide as a syllable."""
    table = {char: simple for simple, spans in SAME.items() for char in _spread(spans)}
    return table | {chr(0xFF00 + code - 32): chr(code) for code in range(33, 127)}


def _plain_of(char: str) -> str | None:
    """The plain character for a look-alike; digits of every script are digits."""
    return str(int(char)) if char.isdecimal() else _table().get(char)
