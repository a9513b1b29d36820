"""The parcel itself."""

from __future__ import annotations

from dataclasses import dataclass

from .addresses import Address


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel on its way; the weight is in grams, the lengths are in centimetres."""

    number: str
    recipient: Address
    weight: int
    length: int = 30
    width: int = 20
    height: int = 10

    @property
    def girth(self) -> int:
        """Longest side plus the circumference around the other two."""
        first, second, longest = sorted((self.length, self.width, self.height))
        return longest + 2 * (first + second)
