"""The two tiers as everybody above gets them."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.short_term_store import ShortTermStore


@dataclass(frozen=True, slots=True)
class Tiers:
    """Both stores in all their wrappers, and the names of the adapters that they stand on."""

    short: ShortTermStore
    long: LongTermStore
    short_name: str
    long_name: str
