"""Words of a task: stems instead of substrings, and what a negation takes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = re.compile(r"[\w.~-]*/[\w./*~{}-]*|[\w-]+\.[a-z]{1,5}\b|[a-z]+(?:'[a-z]+)?|\d+|[^\w\s]", re.IGNORECASE)
SUFFIXES = (
    ("izations", "iz"), ("ization", "iz"), ("ations", "at"), ("ation", "at"), ("ities", "iti"), ("ity", "iti"),
    ("izing", "iz"), ("ized", "iz"), ("izes", "iz"), ("ize", "iz"), ("ating", "at"), ("ated", "at"), ("ates", "at"),
    ("ate", "at"), ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""),
    ("es", ""), ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""), ("e", ""),
)  # fmt: skip
BRITISH = re.compile(r"is(e|ed|es|ing|ation|ations)$")
NOT_BRITISH = frozenset({"raise", "noise", "precise", "exercise", "promise", "otherwise", "rise", "wise", "advise"})
NEGATORS = frozenset({"no", "not", "never", "without", "except", "excluding", "ignore", "ignoring", "skip", "dont"})
NEGATING_VERBS = frozenset({"do", "please", "don't"})
BOUNDARIES = frozenset(",.;:!?()–—") | {"but", "just", "only", "instead", "because", "then"}
SCOPE = 5
"""Words that a negation reaches, unless a boundary comes first."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written and its stem; `path` marks file names, `negated` what the task says to leave out."""

    text: str
    stem: str
    path: bool = False
    negated: bool = False


def stem(word: str) -> str:
    """The stem by which words are compared: plural, tense, -ing and British spelling make no difference."""
    word = word.lower().removesuffix("'s")
    if len(word) > 5 and word not in NOT_BRITISH:
        word = BRITISH.sub(r"iz\1", word)
    for suffix, replacement in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return _undouble(word[: len(word) - len(suffix)] + replacement)
    return word


def _undouble(word: str) -> str:
    """planned → plan, but not pass → pas."""
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls" else word


def words(text: str, *, keep_case: bool = False) -> tuple[Word, ...]:
    """The words and punctuation of `text`, in order, with the reach of each negation marked.

    `keep_case` leaves `Word.text` as it was written: file names need it.
    """
    tokens = TOKEN.findall(text.replace("\u2019", "'"))
    marked: list[Word] = []
    reach = 0
    for index, token in enumerate(tokens):
        path = "/" in token or ("." in token and len(token) > 1)
        lower = token.lower()
        if lower in BOUNDARIES:
            reach = 0
        marked.append(Word(token if keep_case else lower, lower if path else stem(lower), path, reach > 0))
        reach = SCOPE if _negates(tokens, index) else max(0, reach - 1)
    return tuple(marked)


def _negates(tokens: Sequence[str], index: int) -> bool:
    """Whether the word takes back what follows: "do not touch", "don't", "no tests", "without", "except"."""
    word = tokens[index].lower()
    if word == "don't":
        return index == 0 or tokens[index - 1].lower() in {*BOUNDARIES, "please", "and", "but"}
    if word == "not":
        return index == 0 or tokens[index - 1].lower() in {"do", "please", "but", *BOUNDARIES}
    return word in NEGATORS


def find(phrase: Sequence[str], text: Sequence[Word]) -> list[int]:
    """Positions in `text` at which the stems of `phrase` stand, one after the other, and are not negated."""
    size = len(phrase)
    return [
        start
        for start in range(len(text) - size + 1)
        if all(word.stem == part for word, part in zip(text[start : start + size], phrase, strict=True))
        and not any(word.negated for word in text[start : start + size])
    ]
