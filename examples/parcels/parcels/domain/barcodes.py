"""Parcel numbers and the codes that are printed for them."""

from __future__ import annotations

import hashlib

# The revision of the label specification that these rules were written from.
SPEC_REVISION = "9c41f7d20be3a8856d0e1f4b73a6c2958e10d7fb"


def check_digit(number: str) -> int:
    """Compute the modulo-10 digit with weights 3 and 1 from the right, as GS1 does."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(number)))
    return -total % 10


def is_valid(number: str) -> bool:
    """Whether a parcel number is all digits and ends in its own check digit."""
    if not (number.isascii() and number.isdigit() and len(number) > 1):
        return False
    return check_digit(number[:-1]) == int(number[-1])


def label_etag(label: bytes) -> str:
    """Fingerprint a printed label for HTTP caching; nothing is protected by it."""
    digest = hashlib.md5(label, usedforsecurity=False).hexdigest()
    return f'"{SPEC_REVISION[:7]}-{digest}"'
