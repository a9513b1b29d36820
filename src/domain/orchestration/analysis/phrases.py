"""Phrases that are looked for in a task, and which of them it holds.

A phrase is a row of words, compared by their stems. In place of a word may stand `a|b` (either), `@group`, a class of
words such as `<number>`, and `..` (up to three further words of the same clause). A leading `^` asks for the
beginning of a sentence, `>` for the beginning of a clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .words import BOUNDARIES, Word, normal, stem

GAP = 3
GROUPS: Mapping[str, str] = {
    "write": "write|add|create|generate|produce|draft|need|supply|provide|build|make|extend|want"
    "|compose|prepare|author",
    "judge": "review|check|judge|inspect|assess|evaluate|audit|examine|analyze|verify|feedback|critique|quality|rate",
    "part": "service|microservice|module|package|team|system|app|application|component|repository|repo|project"
    "|subsystem|product|platform|country|department|site|region|server|cluster|squad|pipeline|dockerfile|doc|process|website"
    "|codebase",
}
NUMBER_WORDS = (
    "five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands dozen dozens"
)
NUMBERS = frozenset(NUMBER_WORDS.split())
ERROR = re.compile(
    r"\w{3,}(error|exception)s?$|(err|e)_?(conn|addr|perm|noent|timedout)\w*$|sig(segv|kill|abrt|term)$"
)
PATHS: Mapping[str, re.Pattern[str]] = {
    "<doc-path>": re.compile(r"(^|/)(docs?|documentation|wiki)/|readme|contributing|\.(md|rst|adoc)$"),
    "<test-path>": re.compile(
        r"(^|/)(tests?|specs?|__tests__)(/|$)|(^|/)test_|_test\.|\.(spec|test)\.|conftest"
    ),
    "<changelog-path>": re.compile(r"changelog|changes\.|release_notes|history\.(md|rst)"),
    "<dependency-path>": re.compile(
        r"requirements[\w-]*\.txt|package(-lock)?\.json|go\.(mod|sum)|cargo\.(toml|lock)|pom\.xml|gemfile|poetry\.lock|uv\.lock"
    ),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase: for each place the stems or classes that may stand there, `None` for a gap."""

    places: tuple[frozenset[str] | None, ...]
    opens: int


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: the number of the phrase and the positions of its words."""

    phrase: int
    positions: tuple[int, ...]


def parse(listed: str) -> tuple[Phrase, ...]:
    """The phrases of a comma-separated list."""
    return tuple(_phrase(phrase) for phrase in listed.split(", ") if phrase)


def _phrase(text: str) -> Phrase:
    opens = {"^": 2, ">": 1}.get(text[0], 0)
    return Phrase(tuple(_place(place) for place in text.lstrip("^>").split()), opens)


def _place(place: str) -> frozenset[str] | None:
    if place == "..":
        return None
    stems: set[str] = set()
    for either in place.split("|"):
        if either.startswith("@"):
            stems.update(stem(word) for word in GROUPS[either[1:]].split("|"))
        else:
            stems.add(either if either.startswith("<") else stem(either))
    return frozenset(stems)


class Index:
    """Many phrases, found in one pass over a text."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._by_first: dict[str, list[int]] = {}
        self._phrases = phrases
        for number, phrase in enumerate(phrases):
            for first in phrase.places[0] or ():
                self._by_first.setdefault(first, []).append(number)

    def find(self, text: Sequence[Word]) -> list[Match]:
        """All matches, except those that lie within a longer one, whatever that one says."""
        keys = [_keys(word) for word in text]
        found = [match for start in range(len(text)) for match in self._at(start, text, keys)]
        return list(_longest(found))

    def _at(self, start: int, text: Sequence[Word], keys: Sequence[frozenset[str]]) -> Iterator[Match]:
        for number in {number for key in keys[start] for number in self._by_first.get(key, ())}:
            phrase = self._phrases[number]
            if text[start].opens >= phrase.opens:
                positions = _fit(phrase.places, start, text, keys)
                if positions:
                    yield Match(number, positions)


def _keys(word: Word) -> frozenset[str]:
    """What a word counts as: its stem and its classes; nothing where it is negated."""
    if word.negated:
        return frozenset()
    keys = {word.stem}
    lower = normal(word.text)
    if word.path:
        keys.update(kind for kind, pattern in PATHS.items() if pattern.search(lower))
        keys.add("<path>")
    if lower in NUMBERS or (lower.isdecimal() and int(lower[:4]) >= 5):
        keys.add("<number>")
    elif lower[:1].isdecimal():
        keys.add("<measure>")
    if ERROR.match(lower):
        keys.add("<error>")
    return frozenset(keys)


def _fit(
    places: Sequence[frozenset[str] | None], start: int, text: Sequence[Word], keys: Sequence[frozenset[str]]
) -> tuple[int, ...]:
    """Positions of the words that fill `places` from `start` on; empty where they do not fit."""
    positions: list[int] = []
    at = start
    slack = 0
    for place in places:
        if place is None:
            slack = GAP
            continue
        while at < len(text) and place.isdisjoint(keys[at]) and slack and text[at].text not in BOUNDARIES:
            at += 1
            slack -= 1
        if at >= len(text) or place.isdisjoint(keys[at]):
            return ()
        positions.append(at)
        at += 1
        slack = 0
    return tuple(positions)


def _longest(found: Iterable[Match]) -> Iterator[Match]:
    """Matches in the order of the text, without those whose words are a part of another match's words."""
    kept: dict[int, list[frozenset[int]]] = {}
    result = []
    for match in sorted(found, key=lambda match: (-len(match.positions), match.positions, match.phrase)):
        own = frozenset(match.positions)
        if not any(own < other for other in kept.get(match.positions[0], ())):
            result.append(match)
            for position in own:
                kept.setdefault(position, []).append(own)
    yield from sorted(result, key=lambda match: (match.positions, match.phrase))
