"""Show which keys there are, and how much each is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.ports.key_ring import KeyRing
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.key import RingStatus
from ..security.sealed_records import sealed_records


@dataclass(frozen=True, slots=True)
class ShowKeysRequest:
    """Nothing is asked but what there is."""


@dataclass(frozen=True, slots=True)
class KeysReport:
    """The ring, how many records each key wraps, and ids of keys that records need and no ring has."""

    ring: RingStatus
    records: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


class ShowKeys:
    """Counts records by the key that wraps them; no secret is shown, and nothing is opened."""

    def __init__(self, ring: KeyRing, raw: LongTermStore) -> None:
        self._ring = ring
        self._raw = raw

    async def execute(self, request: ShowKeysRequest) -> KeysReport:
        """The report; raises StorageError, SecurityViolation for a key file that others may read."""
        ring = self._ring.status()
        records: dict[str, int] = {}
        async for _, sealed in sealed_records(self._raw):
            key_id = sealed.key_id if sealed else ""
            if key_id:
                records[key_id] = records.get(key_id, 0) + 1
        known = {key.id for key in ring.keys}
        return KeysReport(ring, records, tuple(sorted(records.keys() - known)))
