"""Takes personal data out of texts, by rules and checksums, without a model and without a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...domain.errors import UserError
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.security.detection import Detection
from .pii_data import scrubbed_data
from .pii_finder import PersonalDataFinder
from .pii_found import Placed
from .pii_tables import Table
from .pii_windows import Mark

ROUNDS = 8
"""Something may come to light when what stood beside it has gone; it is looked for until nothing is."""

Taken = tuple[int, int, str]
"""A place, and the mark that stands there now."""

SLOTS = [getattr(Detection, name).__set__ for name in ("kind", "start", "end", "value", "confidence")]
KIND = re.compile(r"[A-Z][A-Z0-9_]*")


class PIIScrubber(PiiScrubber):
    """Puts `[REDACTED-KIND]` in the place of each find.

    `custom` adds kinds of one's own: a name in capitals, and a regular expression for what is to go. Its patterns
    should be plain: the promise of linear time holds for those of this package.
    """

    def __init__(self, custom: Mapping[str, str] | None = None) -> None:
        self._finder = PersonalDataFinder(
            {kind: _compiled(kind, form) for kind, form in (custom or {}).items()}
        )

    def scrub(self, text: str) -> tuple[str, Sequence[Detection]]:
        """See the port. Loopback, unspecified addresses and network masks stay: they are nobody's."""
        original = text
        finds = self._finder.find(text)
        found: list[Placed] = []
        taken: list[Taken] = []
        for _ in range(ROUNDS):
            if not finds.found:
                break
            more = _in_original(finds.found, taken)
            found = sorted([*found, *(one for one, _ in more)])
            taken = [(start, end, f"[REDACTED-{kind}]") for start, end, kind, _ in found]
            text = _replaced(original, taken)
            fresh = {one[0]: contested for one, contested in more}
            tables = _moved(finds.tables, [(start, end, kind) for (start, end, kind, _), _ in finds.found])
            finds = self._finder.again(text, _marks(taken, fresh), tables)
        return text, _detections(original, found)

    def scrub_data(self, data: object) -> tuple[object, Sequence[Detection]]:
        """See the port."""
        return scrubbed_data(self, data)


def _detections(original: str, found: Iterable[Placed]) -> list[Detection]:
    """Finds as the port gives them out.

    Each field is put in its slot by the slot itself: the initialiser of a frozen class asks for every slot by its
    name again, which takes more time than the rest of what a find costs at its end.
    """
    made = list[Detection]()
    new, kinds, starts, ends, values, confidences = object.__new__, *SLOTS
    for start, end, kind, confidence in found:
        one = new(Detection)
        kinds(one, kind)
        starts(one, start)
        ends(one, end)
        values(one, original[start:end])
        confidences(one, confidence)
        made.append(one)
    return made


def _compiled(kind: str, form: str) -> re.Pattern[str]:
    if not KIND.fullmatch(kind):
        raise UserError(
            f"The kind of personal data {kind!r} cannot be used.", hint="Write it in capitals: EMPLOYEE_ID."
        )
    try:
        return re.compile(form)
    except re.error as error:
        raise UserError(
            f"The pattern of the kind {kind!r} is no regular expression: {error}.",
            hint="Correct the pattern.",
        ) from error


def _marks(taken: Sequence[Taken], fresh: Mapping[int, bool]) -> Iterator[Mark]:
    """Where the marks of the last round stand in the text that has them all; `fresh` tells which were contested."""
    shift = 0
    for start, end, mark in taken:
        if start in fresh:
            yield start + shift, start + shift + len(mark), fresh[start]
        shift += len(mark) - (end - start)


def _replaced(text: str, taken: Sequence[Taken]) -> str:
    pieces, last = [], 0
    for start, end, mark in taken:
        pieces += [text[last:start], mark]
        last = end
    return "".join([*pieces, text[last:]])


def _moved(tables: Sequence[Table], found: Sequence[tuple[int, int, str]]) -> list[Table]:
    """Tables of a text by their places in the text in which marks stand for what was `found`."""
    starts = _in_scrubbed((start for start, _ in tables), found)
    ends = iter(_in_scrubbed((end for _, end in tables if end >= 0), found))
    return [(start, next(ends) if end >= 0 else end) for start, (_, end) in zip(starts, tables, strict=True)]


def _in_scrubbed(places: Iterable[int], found: Sequence[tuple[int, int, str]]) -> list[int]:
    """Places, which are in order, by where they are when marks stand for what was `found`."""
    moved, shift, index = [], 0, 0
    for place in places:
        while index < len(found) and found[index][0] < place:
            start, end, kind = found[index]
            shift += len(f"[REDACTED-{kind}]") - (end - start)
            index += 1
        moved.append(place + shift)
    return moved


def _in_original(found: Sequence[tuple[Placed, bool]], taken: Sequence[Taken]) -> list[tuple[Placed, bool]]:
    """Finds in a text whose `taken` places hold marks, by their places in the text before; no find lies on a mark."""
    if not taken:
        return list(found)
    moved, shift, index = list[tuple[Placed, bool]](), 0, 0
    for (first, last, kind, confidence), contested in found:
        while index < len(taken) and taken[index][0] - shift <= first:
            start, end, mark = taken[index]
            shift += end - start - len(mark)
            index += 1
        moved.append(((first + shift, last + shift, kind, confidence), contested))
    return moved
