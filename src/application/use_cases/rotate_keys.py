"""Seal with a new key, and bring what is sealed over to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...domain.errors import KeyUnavailable, SecurityViolation, StorageError
from ...domain.memory.entry import Entry
from ...domain.ports.audit_log import AuditLog
from ...domain.ports.key_ring import KeyRing
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.record_cipher import RecordCipher
from ...domain.security.audit_event import AuditEvent, AuditEventType
from ...domain.security.key import Key, KeyState, RingStatus
from ...domain.security.sealed import Binding, Sealed
from ..security.sealed_records import sealed_of, sealed_records


@dataclass(frozen=True, slots=True)
class RotateKeysRequest:
    """Nothing is asked but that it be done; `actor` stands in the audit log."""

    actor: str = ""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What became of it: whether a key was made, records that were rewrapped, and those that could not be.

    `retired` are keys that no record needs any more. `continued` says that an earlier rotation was brought to its
    end, for which no further key is made.
    """

    ring: RingStatus
    continued: bool
    rewrapped: int
    failed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(slots=True)
class _Pass:
    rewrapped: int = 0
    failed: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)


class RotateKeys:
    """Makes a new key and wraps the data key of every record with it; contents stay as they are.

    - Records that an earlier rotation has left are brought over first. When there were any, that is all: whoever
      kills it and starts it again never gets more keys than one.
    - It can end anywhere: each record is under the old key or under the new one, and both are in the ring.
    - A key is retired when no record needs it; a record that cannot be opened keeps its key from that.
    - A record that somebody writes at the same moment is never written over: it is looked at anew, and brought over if
      it was sealed with an older key. Its time of retention goes on as it was.
    """

    def __init__(self, ring: KeyRing, cipher: RecordCipher, raw: LongTermStore, audit: AuditLog) -> None:
        self._ring = ring
        self._cipher = cipher
        self._raw = raw
        self._audit = audit

    async def execute(self, request: RotateKeysRequest) -> Rotation:
        """What it came to.

        Raises KeyUnavailable when there is no key, UserError of code "keys-read-only" when keys come from the
        environment and nothing was left to bring over, StorageError.
        """
        active = self._ring.active()
        done = await self._rewrap(active)
        continued = bool(done.rewrapped)
        if not continued:
            self._ring.rotate()
            active = self._ring.active()
            await self._tell(request, active, "key made")
            done = await self._rewrap(active)
        retired = self._retire(done.needed)
        if done.rewrapped or retired:
            await self._tell(
                request, active, f"{done.rewrapped} records rewrapped, {len(retired)} keys retired"
            )
        return Rotation(self._ring.status(), continued, done.rewrapped, tuple(done.failed), retired)

    async def _rewrap(self, active: Key) -> _Pass:
        done = _Pass()
        async for entry, sealed in sealed_records(self._raw):
            if sealed is None:
                done.failed.append(entry.key)
            elif sealed.key_id != active.id:
                await self._one(entry, sealed, done)
        return done

    async def _one(self, entry: Entry, sealed: Sealed, done: _Pass) -> None:
        try:
            again = self._cipher.rewrap(sealed, Binding(entry.key, entry.classification))
        except (KeyUnavailable, SecurityViolation):
            done.failed.append(entry.key)
            done.needed.add(sealed.key_id)
            return
        try:
            kept = await self._raw.replace(entry, again.to_data(), text="")
        except StorageError as error:
            error.hint = error.hint or "rotate again when it works: it goes on where it stopped"
            raise
        if kept:
            done.rewrapped += 1
        else:
            await self._anew(entry.key, done)

    async def _anew(self, key: str, done: _Pass) -> None:
        """Somebody has written or deleted it meanwhile, perhaps with the key that they had read before."""
        now = await self._raw.entry(key)
        if now is None or not now.classification.encrypted:
            return
        sealed = sealed_of(now)
        if sealed is None:
            done.failed.append(key)
        elif sealed.key_id != self._ring.active().id:
            await self._one(now, sealed, done)

    def _retire(self, needed: set[str]) -> tuple[str, ...]:
        """Every key for reading that no record needs; those of the environment are told, and taken away by hand."""
        free = [
            key.id
            for key in self._ring.status().keys
            if key.state is KeyState.READING and key.id not in needed
        ]
        for key_id in free:
            self._ring.retire(key_id)
        return tuple(free)

    async def _tell(self, request: RotateKeysRequest, active: Key, what: str) -> None:
        kind = AuditEventType.CONFIGURATION_CHANGE
        event = AuditEvent(type=kind, actor=request.actor, subject=active.id, details={"what": what})
        await self._audit.record(event)
