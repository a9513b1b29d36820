"""A text that a pattern matches, or nearly: drawn along the pattern, without looking back."""

from __future__ import annotations

import random
import re
from re import _constants as kinds  # type: ignore[attr-defined]  # the one parser of patterns there is
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST = 12
"""How often what may be repeated without end is repeated at most beyond its least."""
LETTERS = "abcXYZ0189_"
CLASSES = {
    kinds.CATEGORY_DIGIT: "0123456789",
    kinds.CATEGORY_NOT_DIGIT: "aZ-_ ",
    kinds.CATEGORY_SPACE: " \t\n",
    kinds.CATEGORY_NOT_SPACE: "aQ7-_$;=",
    kinds.CATEGORY_WORD: LETTERS,
    kinds.CATEGORY_NOT_WORD: " -=:\"'/\n",
}
ANY = [chr(code) for code in range(33, 127)] + [" ", "\n", "\t"]


def drawn(pattern: str, flags: int, rng: random.Random) -> str:
    """Assertions draw nothing when they look back, and what they ask for when they look ahead."""
    return _Drawer(rng).row(parser.parse(pattern, flags & ~re.UNICODE))


class _Drawer:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._groups: dict[int, str] = {}

    def row(self, nodes: Any) -> str:
        return "".join(self._one(kind, what) for kind, what in nodes)

    def _one(self, kind: Any, what: Any) -> str:
        if kind is kinds.LITERAL:
            return chr(what)
        if kind in {kinds.NOT_LITERAL, kinds.ANY}:
            return self._rng.choice([char for char in ANY if kind is kinds.ANY or ord(char) != what])
        if kind is kinds.IN:
            return self._member(what)
        if kind is kinds.BRANCH:
            return self.row(self._rng.choice(what[1]))
        if kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}:
            return self._repeated(*what)
        return self._grouped(kind, what)

    def _grouped(self, kind: Any, what: Any) -> str:
        if kind is kinds.SUBPATTERN:
            text = self.row(what[-1])
            self._groups[what[0]] = text
            return text
        if kind is kinds.GROUPREF:
            return self._groups.get(what, "")
        if kind is kinds.ATOMIC_GROUP:
            return self.row(what)
        if kind is kinds.ASSERT and what[0] > 0 and self._rng.random() < 0.5:
            return self.row(what[1])
        return ""

    def _repeated(self, least: int, most: Any, nodes: Any) -> str:
        top = least + MOST if most is kinds.MAXREPEAT else min(int(most), least + MOST)
        return "".join(self.row(nodes) for _ in range(self._rng.randint(least, top)))

    def _member(self, choices: Any) -> str:
        if choices[0][0] is kinds.NEGATE:
            left = set(ANY).difference(*(self._members(kind, what) for kind, what in choices[1:]))
            return self._rng.choice(sorted(left) or ["a"])
        return self._rng.choice(self._members(*self._rng.choice(choices)))

    def _members(self, kind: Any, what: Any) -> str:
        if kind is kinds.LITERAL:
            return chr(what)
        if kind is kinds.RANGE:
            return "".join(map(chr, range(what[0], what[1] + 1)))
        return CLASSES.get(what, "a")
