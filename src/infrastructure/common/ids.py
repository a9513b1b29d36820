"""Identifiers that sort by time."""

from __future__ import annotations

import secrets
import threading
import time

from ...domain.ports.ids import Ids

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in ASCII order: no i, l, o, u."""
RANDOM_BITS = 40
DIGITS = 18
"""Base-32 digits for 50 bits of milliseconds (until the year 37,000) and the random bits."""


class SortableIds(Ids):
    """`prefix-` and 18 digits: milliseconds since 1970, then 40 random bits.

    Within one object each identifier is greater than the one before, also within a millisecond and when the
    time of day is set back. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, prefix: str) -> str:
        """A new identifier."""
        number = (time.time_ns() // 1_000_000 << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)
        with self._lock:
            self._last = (
                number if number > self._last else self._last + 1 + secrets.randbits(RANDOM_BITS // 2)
            )
            number = self._last
        return f"{prefix}-{_base32(number)}"


def _base32(number: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(DIGITS)))
