"""Hides what the secrets tool would report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...domain.ports.secret_masker import SecretMasker
from ...domain.workspace.languages import language_of
from .analysers.secret_candidates import MASK, candidates
from .analysers.secret_form import Found
from .secret_data import masked

ROUNDS = 4
"""How often a text is looked through at most: a value may come to light when what stood beside it has gone."""
LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")


class RuleMasker(SecretMasker):
    """The same rules, whatever the text; none of them is asked whose mark does not stand in it."""

    def mask(self, text: str, path: str = "") -> str:
        """See the port."""
        language = language_of(path) if path else ""
        for turn in range(ROUNDS):
            found = sorted(candidates(text, language, again=turn > 0), key=lambda one: one.start)
            if not found:
                break
            text = "".join(_hidden(text, _merged(found)))
        return text

    def mask_data(self, value: object) -> object:
        """See the port."""
        return masked(value, self.mask)


def _merged(found: Iterable[Found]) -> Iterator[tuple[int, int]]:
    """Places in order, those that overlap as one."""
    start = end = 0
    for one in found:
        if one.start >= end:
            yield start, end
            start = one.start
        end = max(end, one.end)
    yield start, end


def _hidden(text: str, places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The pieces of `text` around the places, and a mask for each line of each place."""
    last = 0
    for start, end in places:
        yield text[last:start]
        piece = text[start:end]
        yield LINE.sub(MASK, piece) if "\n" in piece or "\r" in piece or not piece.strip() else MASK
        last = end
    yield text[last:]
