"""AES-256-GCM, a data key per record."""

from __future__ import annotations

import os
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...domain.errors import SecurityViolation
from ...domain.ports.key_ring import KeyRing
from ...domain.ports.record_cipher import RecordCipher
from ...domain.security.key import KEY_BYTES, Key
from ...domain.security.sealed import VERSION, Binding, Sealed

NONCE_BYTES = 12
"""The length that NIST SP 800-38D, 5.2.1.1, recommends."""


class AesGcmCipher(RecordCipher):
    """Envelope encryption with the keys of `ring`.

    A data key encrypts one record once, so its nonce cannot repeat. A key of the ring wraps with random nonces,
    which NIST SP 800-38D, 8.3, allows for up to 2^32 records.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, plain: bytes, bound: Binding) -> Sealed:
        """With a new data key and new nonces."""
        key, data_key, nonce = self._ring.active(), os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        wrap_nonce, wrapped = _wrapped(key, data_key, bound, VERSION)
        cipher = AESGCM(data_key).encrypt(nonce, plain, bound.of_content(VERSION))
        return Sealed(
            key_id=key.id,
            wrap_nonce=wrap_nonce,
            wrapped_key=wrapped,
            nonce=nonce,
            cipher=cipher,
            version=VERSION,
        )

    def open(self, sealed: Sealed, bound: Binding) -> bytes:
        """The data key first, then the content."""
        data_key = self._data_key(sealed, bound)
        return _decrypted(data_key, sealed.nonce, sealed.cipher, bound.of_content(sealed.version), bound)

    def rewrap(self, sealed: Sealed, bound: Binding) -> Sealed:
        """Another key id, wrap nonce and wrapped key."""
        active = self._ring.active()
        if sealed.key_id == active.id:
            return sealed
        data_key = self._data_key(sealed, bound)
        _decrypted(data_key, sealed.nonce, sealed.cipher, bound.of_content(sealed.version), bound)
        wrap_nonce, wrapped = _wrapped(active, data_key, bound, sealed.version)
        return replace(sealed, key_id=active.id, wrap_nonce=wrap_nonce, wrapped_key=wrapped)

    def _data_key(self, sealed: Sealed, bound: Binding) -> bytes:
        key = self._ring.key(sealed.key_id)
        associated = bound.of_key(sealed.version, key.id)
        return _decrypted(key.secret, sealed.wrap_nonce, sealed.wrapped_key, associated, bound)


def _wrapped(key: Key, data_key: bytes, bound: Binding, version: int) -> tuple[bytes, bytes]:
    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCM(key.secret).encrypt(nonce, data_key, bound.of_key(version, key.id))


def _decrypted(secret: bytes, nonce: bytes, cipher: bytes, associated: bytes, bound: Binding) -> bytes:
    try:
        return AESGCM(secret).decrypt(nonce, cipher, associated)
    except (InvalidTag, ValueError) as error:
        raise SecurityViolation(
            f"the sealed record {bound.record!r} was changed, or is not that of this key and class",
            code="sealed-changed",
            details={"record": bound.record, "classification": bound.classification.value},
            hint="restore it from a backup; muster memory verify looks for damage",
        ) from error
