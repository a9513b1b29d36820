"""Port: makes a record unreadable without its key."""

from __future__ import annotations

from typing import Protocol

from ..security.sealed import Binding, Sealed


class RecordCipher(Protocol):
    """Encrypts each record with a data key of its own, which is wrapped by a key of the key ring."""

    def seal(self, plain: bytes, bound: Binding) -> Sealed:
        """`plain` encrypted, bound to `bound`; raises KeyUnavailable when there is no active key.

        Sealing the same twice gives two ciphertexts that have nothing in common.
        """
        ...

    def open(self, sealed: Sealed, bound: Binding) -> bytes:
        """What was sealed; raises SecurityViolation when a single bit of it or of `bound` differs.

        Raises KeyUnavailable when the key that it names is in no ring.
        """
        ...

    def rewrap(self, sealed: Sealed, bound: Binding) -> Sealed:
        """The same ciphertext with its data key wrapped by the active key; raises what `open` and `seal` raise.

        The content is checked too: what is damaged is not carried on. What the active key wraps already comes back
        as it is.
        """
        ...
