"""Takes secrets out of prompts, by the rules of the secrets tool and by the values that are known."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from ...domain.ports.prompt_scrubber import PromptScrubber
from ...domain.security.scrubbed import Scrubbed
from .analysers.secret_candidates import MASK, candidates
from .analysers.secret_form import Found

ROUNDS = 4
"""As the masker has it: a value may come to light when what stood beside it has gone."""


SHORTEST = 8
"""Characters; a shorter value may stand anywhere by chance."""


class SecretScrubber(PromptScrubber):
    """Puts `****` and the kind in brackets in the place of each secret: `[****github-token]`.

    `known` are exact values that go wherever they stand, such as the keys of this user; those of fewer than 8
    characters are passed over.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        values = {value.strip() for value in known if len(value.strip()) >= SHORTEST}
        self._known = sorted(
            {form for value in values for form in (value, json.dumps(value)[1:-1])}, key=len, reverse=True
        )

    def screen(self, text: str) -> Scrubbed:
        """See the port; takes time in proportion to the text."""
        counts: Counter[str] = Counter()
        for turn in range(ROUNDS):
            places = [*self._places(text), *candidates(text, "", again=turn > 0)]
            found = sorted(places, key=lambda one: (one.start, -one.end))
            if not found:
                break
            text = _without(text, _apart(found, counts))
        return Scrubbed(text, dict(counts))

    def _places(self, text: str) -> Iterator[Found]:
        """Where the known values stand."""
        for value in self._known:
            start = text.find(value)
            while start >= 0:
                yield Found("own-key", "key of this user", start, start + len(value), 1.0, "provider")
                start = text.find(value, start + len(value))


def _apart(found: Iterable[Found], counts: Counter[str]) -> list[tuple[int, int, str]]:
    """Places that do not overlap: of those that do, the first gives its kind, and all of them go."""
    places: list[tuple[int, int, str]] = []
    for one in found:
        if places and one.start < places[-1][1]:
            start, end, kind = places[-1]
            places[-1] = (start, max(end, one.end), kind)
        else:
            places.append((one.start, one.end, one.kind))
            counts[one.kind] += 1
    return places


def _without(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    pieces, last = [], 0
    for start, end, kind in places:
        pieces += [text[last:start], f"[{MASK}{kind}]"]
        last = end
    return "".join([*pieces, text[last:]])
