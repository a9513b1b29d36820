"""What may enter memory: texts without personal data and secrets, under keys that hold neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ...domain.errors import InvalidKey
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.ports.secret_masker import SecretMasker

SECRET = "SECRET"  # noqa: S105 - the kind of a find


@dataclass(frozen=True, slots=True)
class Scanned:
    """Data as it may be kept, and how much of each kind was taken out of it."""

    data: object
    found: Mapping[str, int]


class MemoryScan:
    """Secrets first, then personal data, in every text of the data: numbers that merely look alike stay.

    Names within an object are scanned like other texts. Where two become one, the later is kept under `name#2`.
    """

    def __init__(self, scrubber: PiiScrubber, masker: SecretMasker) -> None:
        self._scrubber = scrubber
        self._masker = masker

    def clean(self, data: object) -> Scanned:
        """`data` without finds; names within it tell which values are secrets.

        Raises TypeError for what is nested more deeply than can be followed.
        """
        found = Counter[str]()
        masked = self._masker.mask_data(data)
        try:
            if masked != _listed(data):
                found[SECRET] += 1
            return Scanned(self._cleaned(masked, found), dict(found))
        except RecursionError as error:
            raise TypeError("the value is not JSON: it is nested too deeply") from error

    def text(self, text: str) -> str:
        """`text` without finds."""
        return self._text(text, Counter())

    def check_key(self, key: str) -> None:
        """Raise InvalidKey when a key holds what may not be kept: it would stand in every list and log."""
        found = Counter[str]()
        self._text(key, found)
        if found:
            kinds = ", ".join(sorted(found))
            raise InvalidKey(
                f"a key holds personal data or a secret ({kinds})",
                details={"kinds": sorted(found)},
                hint="name the entry by an id of your own and put such data, if at all, into its value",
            )

    def holds_finds(self, key: str) -> bool:
        """Whether `check_key` would refuse it."""
        found = Counter[str]()
        self._text(key, found)
        return bool(found)

    def _cleaned(self, data: object, found: Counter[str]) -> object:
        match data:
            case str():
                return self._text(data, found)
            case Mapping():
                cleaned: dict[object, object] = {}
                for name, value in data.items():
                    kept = self._text(name, found) if isinstance(name, str) else name
                    cleaned[_free(kept, cleaned)] = self._cleaned(value, found)
                return cleaned
            case list() | tuple():
                return [self._cleaned(value, found) for value in data]
            case _:
                return data

    def _text(self, text: str, found: Counter[str]) -> str:
        masked = self._masker.mask(text)
        if masked != text:
            found[SECRET] += 1
        scrubbed, detections = self._scrubber.scrub(masked)
        found.update(one.kind for one in detections)
        return scrubbed


def _listed(data: object) -> object:
    """`data` with lists in place of tuples, as whoever masks it gives it back."""
    match data:
        case Mapping():
            return {name: _listed(value) for name, value in data.items()}
        case list() | tuple():
            return [_listed(value) for value in data]
        case _:
            return data


def _free(name: object, taken: Mapping[object, object]) -> object:
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name}#{number}"
    return free
