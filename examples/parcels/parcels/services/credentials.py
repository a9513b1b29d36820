"""Passwords at rest: salted scrypt, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_SALT_BYTES = 16


def protect(password: str) -> bytes:
    """Hash a password under a fresh salt; the salt is the first 16 bytes of the result."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt + _stretch(password, salt)


def matches(password: str, protected: bytes) -> bool:
    """Whether a password is the one that was protected."""
    salt, expected = protected[:_SALT_BYTES], protected[_SALT_BYTES:]
    return hmac.compare_digest(_stretch(password, salt), expected)


def _stretch(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
