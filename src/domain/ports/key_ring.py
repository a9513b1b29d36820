"""Port: the keys that wrap data keys."""

from __future__ import annotations

from typing import Protocol

from ..security.key import Key, RingStatus


class KeyRing(Protocol):
    """One active key, and earlier ones for reading; every call sees what other processes have done."""

    def active(self) -> Key:
        """The key to seal with; raises KeyUnavailable when there is none, SecurityViolation, ConfigurationError."""
        ...

    def key(self, key_id: str) -> Key:
        """The key of that name, in whatever state; raises KeyUnavailable when it is not in the ring."""
        ...

    def status(self) -> RingStatus:
        """All keys without their secrets, the active one first."""
        ...

    def init(self) -> RingStatus:
        """Make the first key; raises UserError of code "keys-exist" when there is one, StorageError."""
        ...

    def rotate(self) -> RingStatus:
        """Make a new active key; the one before stays for reading.

        Raises KeyUnavailable when there is none yet, UserError of code "keys-read-only" when keys come from outside.
        """
        ...

    def retire(self, key_id: str) -> RingStatus:
        """Note that no record needs this key any more; it stays in the ring, and nothing is sealed with it.

        The active key and a key that is not in a ring of its own to write in are left as they are.
        """
        ...
