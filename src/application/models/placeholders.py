"""Placeholders on the way to a model, the values again on the way back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ...domain.ports.pii_scrubber import PiiScrubber

PLACEHOLDER = re.compile(r"\[[A-Z][A-Z0-9_]*-[0-9]+\]")
BEGUN = re.compile(r"\[(?:[A-Z][A-Z0-9_]*(?:-[0-9]*)?)?\Z")
"""The end of a text that may go on to be a placeholder."""
LITERAL = "LITERAL"


class ReversibleScrubber:
    """Hides what `scrubber` finds behind placeholders such as `[EMAIL-1]`, and remembers what they stand for.

    The same value has the same placeholder for as long as this object lives: one conversation. What a text itself
    writes in the form of a placeholder is hidden as well, so that `restore(hide(text))` is always `text`. The values
    stay in this object's memory: it is never stored.
    """

    def __init__(self, scrubber: PiiScrubber) -> None:
        self._scrubber = scrubber
        self._values: dict[str, str] = {}
        self._placeholders: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    @property
    def found(self) -> Mapping[str, int]:
        """How many different values of each kind were hidden."""
        return {kind: count for kind, count in self._counts.items() if kind != LITERAL}

    def hide(self, text: str) -> str:
        """`text` with a placeholder for each find; the very same string if there is none."""
        _, found = self._scrubber.scrub(text)
        pieces, last = [], 0
        for one in found:
            pieces += [self._literal(text[last : one.start]), self._placeholder(one.kind, one.value)]
            last = one.end
        return "".join([*pieces, self._literal(text[last:])])

    def restore(self, text: str, *, in_json: bool = False) -> str:
        """`text`, such as a model's answer, with the values for the placeholders that this object gave out.

        In the text of JSON, values are written as its strings write them.
        """
        return PLACEHOLDER.sub(lambda match: self._value(match[0], in_json=in_json), text)

    def _value(self, placeholder: str, *, in_json: bool) -> str:
        value = self._values.get(placeholder, placeholder)
        return json.dumps(value, ensure_ascii=False)[1:-1] if in_json else value

    def _literal(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self._placeholder(LITERAL, match[0]), text)

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, value)
        if key not in self._placeholders:
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            self._placeholders[key] = f"[{kind}-{number}]"
            self._values[self._placeholders[key]] = value
        return self._placeholders[key]
