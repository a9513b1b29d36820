"""What a long-term store takes: keys that say something, values that are JSON."""

from __future__ import annotations

import json


def checked_key(key: str) -> bytes:
    """`key` as UTF-8; raises ValueError when it is blank or no valid text."""
    if not key.strip():
        raise ValueError(f"key {key!r} is blank; give it a name")
    try:
        return key.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"key {key!r} is not valid Unicode text") from error


def encoded(key: str, data: object) -> bytes:
    """`data` as JSON in ASCII; raises TypeError when it is not JSON.

    Tuples are written as arrays. Numbers that JSON has no word for and keys that are not text are refused,
    because they would come back as something else.
    """
    try:
        _check_names(data)
        return json.dumps(data, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error) or "it is nested too deeply"
        raise TypeError(f"the value for {key!r} is not JSON: {reason}") from error


def _check_names(data: object) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            if not isinstance(name, str):
                raise TypeError(f"{name!r} is not text, and names in an object must be")
            _check_names(value)
    elif isinstance(data, list | tuple):
        for value in data:
            _check_names(value)
