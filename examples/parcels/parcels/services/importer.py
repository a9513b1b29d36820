"""Reads manifests and promotions that customers upload."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ..domain.addresses import Address
from ..domain.parcel import Parcel


class ManifestError(ValueError):
    """A manifest that cannot be read."""


def read_manifest(text: str) -> list[Parcel]:
    """Read one parcel a line: number; weight in grams; name; street; postcode; city."""
    parcels = []
    for line in text.splitlines():
        fields = re.compile(r"\s*;\s*").split(line.strip())
        if len(fields) == 6:
            number, weight, *where = fields
            parcels.append(Parcel(number, Address(*where), _grams(weight)))
    return parcels


def _grams(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ManifestError(f"{text!r} is not a weight in grams")


def read_promotions(text: str) -> dict[str, str]:
    """Read the discount rules of a customer, by name."""
    return yaml.load(text, Loader=yaml.Loader)["promotions"]


def discount_percent(rule: str, weight: int, count: int) -> int:
    """Apply one discount rule, a formula over weight and count."""
    return int(eval(rule, {"weight": weight, "count": count}))


def heavy_numbers(parcels: list[Parcel]) -> list[str]:
    """Numbers of the parcels that need two people."""
    numbers = []
    for parcel in parcels:
        if parcel.weight > 31_500:
            numbers.append(parcel.number)
    return numbers


def group_lines(lines: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Sum up manifest lines by the city that they go to."""
    groups: dict[str, dict[str, int]] = {}
    for line in lines:
        city = line["city"].strip().title()
        if city not in groups:
            groups[city] = {"parcels": 0, "grams": 0, "heavy": 0, "express": 0}
        group = groups[city]
        group["parcels"] += 1
        group["grams"] += line["grams"]
        if line["grams"] > 31_500:
            group["heavy"] += 1
        if line["service"] == "express":
            group["express"] += 1
    for city in list(groups):
        if groups[city]["parcels"] == 0:
            del groups[city]
    return dict(sorted(groups.items()))
