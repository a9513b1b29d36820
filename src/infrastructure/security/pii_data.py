"""Personal data in structured values: each string for itself, with its key as its label, never the serialised whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.security.detection import Detection

Put = Callable[[object], None]


def scrubbed_data(scrubber: PiiScrubber, data: object) -> tuple[object, Sequence[Detection]]:
    """What `PiiScrubber.scrub_data` promises, by means of `scrubber.scrub`."""
    return _DataScrubber(scrubber).scrub(data)


class _DataScrubber:
    """Scrubs JSON values with `scrubber`.

    A number is touched only where its key says what it is: `{"ssn": 123456789}` goes, `{"id": 4155552671}` stays as it
    is. Booleans, floats and null always stay.
    """

    def __init__(self, scrubber: PiiScrubber) -> None:
        self._scrubber = scrubber

    def scrub(self, value: object) -> tuple[object, Sequence[Detection]]:
        """`value` scrubbed, keys too, in new containers; a find's places index the string or key that held it."""
        found: list[Detection] = []
        result: list[object] = []
        waiting: list[tuple[object, str, Put]] = [(value, "", result.append)]
        while waiting:  # no recursion: the depth of data is not ours to choose
            one, label, put = waiting.pop()
            if isinstance(one, Mapping):
                waiting += reversed(self._entries(one, put, found))
            elif isinstance(one, list | tuple):
                items: list[object] = []
                put(items)
                waiting += [(item, label, items.append) for item in reversed(one)]
            else:
                put(self._leaf(one, label, found))
        return result[0], found

    def _entries(
        self, one: Mapping[object, object], put: Put, found: list[Detection]
    ) -> list[tuple[object, str, Put]]:
        made: dict[object, object] = {}
        put(made)
        entries: list[tuple[object, str, Put]] = []
        for key, item in one.items():
            name = self._key(key, made, found)
            made[name] = None  # holds the place, so that the order stays
            entries.append((item, str(key), _setter(made, name)))
        return entries

    def _key(self, key: object, taken: Mapping[object, object], found: list[Detection]) -> object:
        if not isinstance(key, str):
            return key
        name, finds = self._scrubber.scrub(key)
        found += finds
        free, number = name, 1
        # Two keys that are scrubbed to the same mark keep both of their values.
        while free in taken:
            number += 1
            free = f"{name}#{number}"
        return free

    def _leaf(self, one: object, label: str, found: list[Detection]) -> object:
        if isinstance(one, str):
            text, finds = self._in_field(one, label)
        elif isinstance(one, int) and not isinstance(one, bool) and label and abs(one) >= 10**6:
            text, finds = self._in_field(str(one), label)
            if len(finds) != 1 or not text.startswith("[") or not text.endswith("]"):
                return one
            if self._scrubber.scrub(str(one))[1] and not _says(label, finds[0].kind):
                return one
        else:
            return one
        found += finds
        return text if finds else one

    def _in_field(self, value: str, label: str) -> tuple[str, list[Detection]]:
        """A value scrubbed as what stands behind its label in a form."""
        before = f"{label.replace('_', ' ')}: " if label and not self._scrubber.scrub(label)[1] else ""
        _, all_found = self._scrubber.scrub(before + value)
        shift = len(before)
        found = [
            Detection(one.kind, one.start - shift, one.end - shift, one.value, one.confidence)
            for one in all_found
            if one.start >= shift
        ]
        pieces, last = [], 0
        for one in found:
            pieces += [value[last : one.start], f"[REDACTED-{one.kind}]"]
            last = one.end
        return "".join([*pieces, value[last:]]), found


def _setter(made: dict[object, object], name: object) -> Put:
    return lambda value: made.__setitem__(name, value)


def _says(label: str, kind: str) -> bool:
    """Whether a key names the kind of a number that is valid by itself: cards under `card`, `pan` or `cc`."""
    small = label.lower()
    return kind != "CREDIT_CARD" or any(word in small for word in ("card", "pan", "cc"))
