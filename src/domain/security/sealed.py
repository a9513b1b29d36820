"""A record that can be read with its key only, and what it is bound to."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import SecurityViolation
from .classification import Classification

MARK = "muster-sealed"
VERSION = 1
FIELDS = frozenset({MARK, "key", "wrap_nonce", "wrapped_key", "nonce", "cipher"})


@dataclass(frozen=True, slots=True)
class Binding:
    """What a ciphertext belongs to: the key of the record in its store, and its class.

    It is authenticated and not encrypted, so that the ciphertext of one record never opens as that of another, and
    a SENSITIVE one never as an INTERNAL one.
    """

    record: str
    classification: Classification

    def of_content(self, version: int) -> bytes:
        """Associated data of the content: it stays the same when only the key around it changes."""
        return _joined("content", version, self.record, self.classification.value)

    def of_key(self, version: int, key_id: str) -> bytes:
        """Associated data of the wrapped data key, which is also bound to the key that wraps it."""
        return _joined("data-key", version, self.record, self.classification.value, key_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A ciphertext with everything that is needed to open it but the key that `key_id` names.

    `cipher` is encrypted with a data key of its own; `wrapped_key` is that data key, encrypted with the named one.
    """

    key_id: str
    wrap_nonce: bytes
    wrapped_key: bytes
    nonce: bytes
    cipher: bytes
    version: int = VERSION

    def to_data(self) -> dict[str, object]:
        """The form in which a store keeps it, as JSON knows it."""
        return {
            MARK: self.version,
            "key": self.key_id,
            "wrap_nonce": _text(self.wrap_nonce),
            "wrapped_key": _text(self.wrapped_key),
            "nonce": _text(self.nonce),
            "cipher": _text(self.cipher),
        }

    @classmethod
    def of_data(cls, data: object) -> Sealed:
        """What `to_data` made; raises SecurityViolation for anything else, down to the last bit of its Base64."""
        if not isinstance(data, Mapping) or data.keys() != FIELDS:
            raise _malformed("its fields are not those of a sealed record")
        version, key_id = data[MARK], data["key"]
        if type(version) is not int or version != VERSION:
            raise _malformed(f"its version is {version!r}, and {VERSION} is known")
        if not isinstance(key_id, str):
            raise _malformed("it names no key")
        return cls(
            key_id=key_id,
            wrap_nonce=_bytes(data, "wrap_nonce"),
            wrapped_key=_bytes(data, "wrapped_key"),
            nonce=_bytes(data, "nonce"),
            cipher=_bytes(data, "cipher"),
            version=version,
        )


def is_sealed(data: object) -> bool:
    """Whether `data`, as a store gave it, says that it is sealed; whether it can be opened is another question."""
    return isinstance(data, Mapping) and MARK in data


def _joined(*parts: object) -> bytes:
    """A JSON list: no two lists of parts have the same bytes."""
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(data: Mapping[str, object], name: str) -> bytes:
    """Strict: Base64 has spare bits at its end, and a flip in them must not pass."""
    text = data[name]
    try:
        content = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        content = None
    if content is None or _text(content) != text:
        raise _malformed(f"its {name!r} is no Base64")
    return content


def _malformed(why: str) -> SecurityViolation:
    return SecurityViolation(
        f"a sealed record cannot be opened: {why}",
        code="sealed-malformed",
        hint="muster memory verify looks for damage",
    )
