"""An entry is put in the place of the one that was seen, through every wrapper."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.application.memory.audited import AuditedLongTermStore
from muster.application.memory.guarded import GuardedLongTermStore
from muster.application.memory.retained import RetainedLongTermStore
from muster.application.memory.scan import MemoryScan
from muster.application.memory.scanned import ScannedLongTermStore
from muster.domain.errors import AccessDenied
from muster.domain.memory.entry import Entry, Origin
from muster.domain.ports.long_term_store import LongTermStore
from muster.domain.security.principal import Role
from muster.domain.security.sealed import is_sealed
from muster.infrastructure.evidence.secret_masker import RuleMasker
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.fakes.clock import FakeClock

from .support import person, sealed_by_a_new_key

MAIL = "marta.klein@mail-fabrik.com"


async def seen_in(store: LongTermStore, key: str) -> Entry:
    """The entry as that store shows it."""
    entry = await store.entry(key)
    assert entry is not None
    return entry


async def test_what_is_sensitive_is_sealed_anew_and_compared_in_the_clear(tmp_path: Path) -> None:
    """Without plain text in the store within, and only while what was seen is there."""
    inner = InProcessLongTermStore()
    store = sealed_by_a_new_key(tmp_path, inner)
    await store.store("a", "marmalade", "SENSITIVE")
    await store.store("b", "toast")
    seen, plain = await seen_in(store, "a"), await seen_in(store, "b")
    assert await store.replace(seen, "honey")
    assert await store.replace(plain, "bread")
    assert is_sealed(await inner.retrieve("a"))
    assert (await store.retrieve("a"), await store.retrieve("b")) == ("honey", "bread")
    assert not await store.replace(seen, "late")
    assert (await seen_in(store, "a")).stored_at == seen.stored_at


async def test_others_do_not_replace_what_is_not_theirs() -> None:
    """An observer nothing at all; the entry and its owner stay."""
    inner = InProcessLongTermStore()
    await inner.store("diary", 1, origin=Origin(owner="ann"))
    seen = await seen_in(inner, "diary")
    for stranger in (person("ben"), person("ann", Role.OBSERVER)):
        with pytest.raises(AccessDenied):
            await GuardedLongTermStore(inner, stranger).replace(seen, 2)
    assert await inner.entry("diary") == seen
    assert await GuardedLongTermStore(inner, person("ann")).replace(seen, 3)
    assert (await seen_in(inner, "diary")).origin.owner == "ann"


async def test_it_is_scanned_and_told_like_what_is_stored() -> None:
    """Under the name of who did it."""
    inner, audit = InProcessLongTermStore(), InMemoryAuditLog(FakeClock())
    audited = AuditedLongTermStore(inner, audit, "ann")
    store = ScannedLongTermStore(audited, MemoryScan(PIIScrubber(), RuleMasker()))
    await inner.store("a", "old")
    assert await store.replace(await seen_in(store, "a"), f"write to {MAIL}", text=MAIL)
    assert await store.retrieve("a") == "write to [REDACTED-EMAIL]"
    (record,) = await audit.get_events()
    assert (record.event.type.value, record.event.actor, record.event.subject) == ("memory-store", "ann", "a")


async def test_what_is_over_is_not_replaced() -> None:
    """It is as good as deleted."""
    clock = FakeClock()
    inner = InProcessLongTermStore(clock)
    store = RetainedLongTermStore(inner, clock)
    await store.store("a", 1, "SENSITIVE")
    seen = await seen_in(store, "a")
    assert await store.replace(seen, 2)
    clock.advance(91 * 86_400.0)
    assert not await store.replace(await seen_in(inner, "a"), 3)
    assert await inner.retrieve("a") == 2
