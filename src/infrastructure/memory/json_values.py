"""What a long-term store takes: keys that say something and lead nowhere, values that are JSON."""

from __future__ import annotations

import json
import re

from ...domain.security.paths import fault_of

PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
"""Keys of which nothing needs to be asked, which are nearly all; anything unusual is looked at closely."""
WRITER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def checked_key(key: object) -> bytes:
    """`key` as UTF-8; raises ValueError when it is blank, no valid text, or a path that leads out."""
    if isinstance(key, str) and PLAIN.fullmatch(key):
        return key.encode()
    if not isinstance(key, str) or not key.strip():
        raise ValueError(f"key {key!r} is blank; give it a name")
    if fault := fault_of(key):
        raise ValueError(f"key {key!r} is no name of an entry: as a path, it {fault}")
    return key.encode()


def encoded(key: str, data: object) -> bytes:
    """`data` as JSON in ASCII; raises TypeError when it is not JSON.

    Tuples are written as arrays. Numbers that JSON has no word for and keys that are not text are refused,
    because they would come back as something else.
    """
    try:
        _check_names(data)
        return WRITER.encode(data).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error) or "it is nested too deeply"
        raise TypeError(f"the value for {key!r} is not JSON: {reason}") from error


def texts_of(data: object) -> str:
    """All texts within JSON data, a line each, in their order; names of fields are not among them."""
    found: list[str] = []
    waiting = [data]
    while waiting:
        match waiting.pop():
            case str() as text:
                found.append(text)
            case dict() as fields:
                waiting.extend(reversed(fields.values()))
            case list() | tuple() as items:
                waiting.extend(reversed(items))
            case _:  # numbers and the like are no words
                continue
    return "\n".join(found)


def _check_names(data: object) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            if not isinstance(name, str):
                raise TypeError(f"{name!r} is not text, and names in an object must be")
            _check_names(value)
    elif isinstance(data, list | tuple):
        for value in data:
            _check_names(value)
