"""Keys, encryption and the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..domain.ports.audit_log import AuditLog
from ..domain.ports.clock import Clock
from ..domain.ports.key_ring import KeyRing
from ..domain.ports.record_cipher import RecordCipher
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..infrastructure.security.key_rings import BaseKeyRing


def key_ring(loaded: LoadedSettings, env: Mapping[str, str], clock: Clock) -> KeyRing:
    """The environment first, then the keyring of the system where there is one, then a file."""
    from ..infrastructure.security.key_rings import ChainedKeyRing, EnvironmentKeyRing, FileKeyRing
    from ..infrastructure.security.os_keyring import OsKeyRing, os_keyring

    folder, keyring = loaded.values.data_dir, os_keyring()
    rings: list[BaseKeyRing] = [EnvironmentKeyRing(env)]
    rings += [] if keyring is None else [OsKeyRing(keyring, folder, clock)]
    return ChainedKeyRing([*rings, FileKeyRing(folder / "keys.json", clock)])


def cipher(ring: KeyRing) -> RecordCipher:
    """Encrypts what is sensitive."""
    from ..infrastructure.security.aes_gcm import AesGcmCipher

    return AesGcmCipher(ring)


def audit(loaded: LoadedSettings, clock: Clock) -> AuditLog:
    """The record of what concerns security; its key and its checkpoints lie in another folder."""
    from ..infrastructure.security.json_lines_audit import JsonLinesAuditLog

    folder = loaded.values.data_dir
    return JsonLinesAuditLog(folder / "audit", folder / "audit-seals", clock)
