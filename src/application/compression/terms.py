"""Terms of a text: words without endings that say nothing, in scripts without spaces pairs of characters."""

from __future__ import annotations

import re
from functools import lru_cache

_STOP = (
    "a about above after again all also am an and any are as at be because been before being below between both "
    "but by can could did do does doing down during each either else ever few for from further get got had has "
    "have having he her here hers him his how i if in into is it its itself just let like may me might more most "
    "much must my no nor not now of off on once only or other our out over own per please same shall she should "
    "since so some such than that the their them then there these they this those through to too under until up "
    "upon us very was we were what when where which while who whom whose why will with would yes yet you your "
    "s t d m ll re ve don didn doesn isn wasn won"
)
STOP_WORDS = frozenset(_STOP.split())
_PIECE = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_ENDINGS = ("ational", "ations", "ation", "ments", "ment", "ingly", "ness", "ings", "ing", "edly", "ies", "ied",
            "ers", "ed", "er", "es", "ly", "s", "e", "y")  # fmt: skip


def terms(text: str) -> list[str]:
    """The terms of `text` in order, stop words left out."""
    found: list[str] = []
    for word in _PIECE.findall(text):
        found += _of_word(word)
    return found


@lru_cache(maxsize=65_536)
def _of_word(word: str) -> tuple[str, ...]:
    if len(word) > 60:
        word = word[:60]
    if not word.isascii() and _SPACELESS.search(word):
        return (word,) if len(word) == 1 else tuple(word[i : i + 2] for i in range(len(word) - 1))
    parts = _CAMEL.split(word) if word.isascii() and not word.islower() else [word]
    lowered = (part.lower() for part in parts)
    return tuple(stem(part) for part in lowered if part not in STOP_WORDS)


def stem(word: str) -> str:
    """`word` without its ending, three letters at the least; good enough to find "failed" by "failure"."""
    if not word.isascii() or word.isdigit():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
