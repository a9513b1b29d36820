"""Keys that wrap the data keys of records, and what a ring says of them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..errors import ConfigurationError

KEY_BYTES = 32


class KeyState(StrEnum):
    """What a key is for: ACTIVE seals and opens; READING opens what is not rewrapped yet; RETIRED nobody needs."""

    ACTIVE = "active"
    READING = "reading"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Key:
    """A key-encryption key of 256 bits; its secret is left out of `repr`, so that no log holds it."""

    secret: bytes = field(repr=False)
    made_at: datetime | None = None
    state: KeyState = KeyState.ACTIVE

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @property
    def id(self) -> str:
        """A name that follows from the secret and does not tell it: the same key has the same name everywhere."""
        return f"k-{hashlib.sha256(b'muster-key-id:' + self.secret).hexdigest()[:16]}"

    def to_text(self) -> str:
        """The secret in Base64."""
        return base64.b64encode(self.secret).decode("ascii")


def secret_of(text: str, place: str) -> bytes:
    """The 32 bytes that `text` from `place` is the Base64 of; ConfigurationError, which never quotes it, if none."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        hint = f"it is the Base64 of {KEY_BYTES} random bytes"
        raise ConfigurationError(f"{place} holds no key", code="key-malformed", hint=hint)
    return secret


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key without its secret, and where it is kept."""

    id: str
    state: KeyState
    made_at: datetime | None
    place: str


@dataclass(frozen=True, slots=True)
class RingStatus:
    """All keys, the active one first; `place` is where a new one would be kept, "" where none can be."""

    keys: tuple[KeyInfo, ...]
    place: str = ""

    @property
    def active(self) -> KeyInfo | None:
        """The key that seals, None when there is none."""
        return next((key for key in self.keys if key.state is KeyState.ACTIVE), None)

    @property
    def reading(self) -> tuple[KeyInfo, ...]:
        """Keys that records may still need: a rotation that is not finished."""
        return tuple(key for key in self.keys if key.state is KeyState.READING)
