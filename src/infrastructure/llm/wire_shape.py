"""Reading the JSON of servers that may not keep to their format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What reading an answer of another shape comes to.
MISSHAPEN = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    RecursionError,
)


def text_at(part: Mapping[str, Any], key: str) -> str:
    """The text at `key`; raises KeyError where there is none, TypeError for anything else."""
    value = part[key]
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def text_in(part: Mapping[str, Any], key: str) -> str:
    """The text at `key`, empty where there is none; raises TypeError for anything else."""
    value = part.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def part_in(part: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object at `key`, empty where there is none; raises TypeError for anything else."""
    value = part.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(key)
    return value
