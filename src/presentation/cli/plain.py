"""Results as JSON and as plain columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

SCHEMA_VERSION = 1


def plain(value: object) -> object:
    """`value` in the types of JSON: sets sorted, decimals as text, moments in ISO 8601."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Enum():
            return value.value
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case str() | int() | float() | None:
            return value
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case AbstractSet():
            return sorted((plain(item) for item in value), key=str)
        case Sequence():
            return [plain(item) for item in value]
        case _:
            return str(value)


def as_json(**content: object) -> str:
    """`content` as one JSON document with its schema version."""
    document = {"schema_version": SCHEMA_VERSION} | {name: plain(value) for name, value in content.items()}
    return json.dumps(document, indent=2, ensure_ascii=False)


def columns(rows: Sequence[Sequence[str]], width: int) -> str:
    """`rows` in columns, the last one cut to fit `width` characters."""
    sizes = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    room = max(width - sum(sizes) - 2 * len(sizes), 12)
    lines = []
    for row in rows:
        cells = [cell.ljust(size) for cell, size in zip(row[:-1], sizes, strict=True)]
        lines.append("  ".join([*cells, shorten(row[-1], room)]).rstrip())
    return "\n".join(lines)


def shorten(text: str, room: int) -> str:
    """`text` on one line, at most `room` characters, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= room else line[: room - 1].rstrip() + "…"
