"""Postal addresses and the depots that serve them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

# Handed out by the depot register; stable for ever, and no secret.
DEPOT_NAMESPACE = UUID("6f1c2b1e-94d7-4c3a-8e55-0b7d1f9a2c64")

_POSTCODE = {
    "AT": re.compile(r"[1-9]\d{3}"),
    "DE": re.compile(r"\d{5}"),
    "NL": re.compile(r"[1-9]\d{3} ?[A-Z]{2}"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes; the country is a two-letter ISO 3166 code."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"

    @property
    def is_plausible(self) -> bool:
        """Whether the postcode has the form of its country; unknown countries are believed."""
        pattern = _POSTCODE.get(self.country)
        return pattern is None or pattern.fullmatch(self.postcode) is not None


def depot_id(address: Address) -> UUID:
    """Name the depot of an address by country and the first two characters of its postcode."""
    return uuid5(DEPOT_NAMESPACE, f"{address.country}-{address.postcode[:2]}")
