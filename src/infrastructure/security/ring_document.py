"""The keys of a ring as one JSON document, wherever it is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ...domain.errors import ConfigurationError
from ...domain.security.key import Key, KeyState, secret_of

FORMAT = 1
Keys = tuple[Key, ...]


def written(keys: Sequence[Key]) -> bytes:
    """The document; it holds secrets."""
    listed = [
        {
            "id": key.id,
            "secret": key.to_text(),
            "state": key.state.value,
            "made_at": key.made_at.isoformat() if key.made_at else None,
        }
        for key in keys
    ]
    return (json.dumps({"muster-keys": FORMAT, "keys": listed}, indent=2) + "\n").encode()


def read(content: bytes | str, place: str) -> Keys:
    """What `written` made; raises ConfigurationError, which never quotes it, for anything else."""
    try:
        document = json.loads(content)
        if document["muster-keys"] != FORMAT:
            raise ValueError
        keys = tuple(_key(each, place) for each in document["keys"])
        if sum(key.state is KeyState.ACTIVE for key in keys) != 1:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        # The cause would show the line that is wrong, and with it a secret.
        hint = "bring it back from a backup; without it what is sealed cannot be read"
        raise ConfigurationError(f"{place} is damaged", code="keys-damaged", hint=hint) from None
    return keys


def rotated(keys: Keys, new: Key) -> Keys:
    """`new` before all others, which are for reading from now on unless they are retired."""
    active = KeyState.ACTIVE
    return (new, *(replace(key, state=KeyState.READING) if key.state is active else key for key in keys))


def retired(keys: Keys, key_id: str) -> Keys:
    """The key of that name is retired if it was for reading."""
    return tuple(
        replace(key, state=KeyState.RETIRED) if key.id == key_id and key.state is KeyState.READING else key
        for key in keys
    )


def _key(data: dict[str, str], place: str) -> Key:
    made, secret = data["made_at"], data["secret"]
    if not isinstance(secret, str):
        raise TypeError
    key = Key(
        secret_of(secret, place),
        datetime.fromisoformat(made) if made else None,
        KeyState(data["state"]),
    )
    if key.id != data["id"]:
        raise ValueError
    return key
