"""Keys and the audit log: what a person does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dependency_injector import providers

from . import security as s
from .wiring_memory import Memory

if TYPE_CHECKING:
    from ..application.use_cases.init_keys import InitKeys
    from ..application.use_cases.list_audit import ListAudit
    from ..application.use_cases.rotate_keys import RotateKeys
    from ..application.use_cases.show_keys import ShowKeys
    from ..application.use_cases.tell_change import TellChange
    from ..application.use_cases.verify_audit import VerifyAudit


_one = providers.ThreadSafeSingleton


class Security(Memory):
    """Keys are counted and rotated below the wrapper that opens records: there they lie as ciphertext."""

    init_keys: providers.Provider[InitKeys] = _one(s.init_keys, Memory.key_ring, Memory.audit)
    show_keys: providers.Provider[ShowKeys] = _one(s.show_keys, Memory.key_ring, Memory.raw_store)
    rotate_keys: providers.Provider[RotateKeys] = _one(
        s.rotate_keys, Memory.key_ring, Memory.cipher, Memory.raw_store, Memory.audit
    )
    list_audit: providers.Provider[ListAudit] = _one(s.list_audit, Memory.audit)
    verify_audit: providers.Provider[VerifyAudit] = _one(s.verify_audit, Memory.audit)
    tell_change: providers.Provider[TellChange] = _one(s.tell_change, Memory.trail)
