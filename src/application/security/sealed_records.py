"""The encrypted records of a store, as they lie in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...domain.errors import SecurityViolation
from ...domain.memory.entry import Entry
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ...domain.security.sealed import Sealed, is_sealed


async def sealed_records(raw: LongTermStore) -> AsyncIterator[tuple[Entry, Sealed | None]]:
    """Each record of a class that is encrypted, in the order of keys; None for one that is malformed.

    `raw` is the store below the wrapper that opens them. What is deleted meanwhile is passed over.
    """
    for kind in Classification:
        if not kind.encrypted:
            continue
        for key in await raw.list_keys(kind):
            entry = await raw.entry(key)
            if entry is not None and is_sealed(entry.data):
                yield entry, sealed_of(entry)


def sealed_of(entry: Entry) -> Sealed | None:
    """What the entry holds, None when it is malformed."""
    try:
        return Sealed.of_data(entry.data)
    except SecurityViolation:
        return None
