"""Results as JSON and as plain columns."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime

from ..reports.wording import printable

SCHEMA_VERSION = 1


def _unfold(value: object) -> object:
    """`value` in types that json knows: sets sorted, moments in ISO 8601, whatever else as text."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    match value:
        case Mapping():
            return dict(value)
        case AbstractSet():
            return sorted(value)
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def as_json(**content: object) -> str:
    """`content` as one JSON document with its schema version."""
    return json.dumps(
        {"schema_version": SCHEMA_VERSION} | content, indent=2, ensure_ascii=False, default=_unfold
    )


def columns(rows: Sequence[Sequence[str]], width: int) -> str:
    """`rows` in columns, the last one cut to fit `width` characters."""
    rows = [[printable(cell) for cell in row] for row in rows]
    sizes = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    room = max(width - sum(sizes) - 2 * len(sizes), 12)
    lines = []
    for row in rows:
        cells = [cell.ljust(size) for cell, size in zip(row[:-1], sizes, strict=True)]
        lines.append("  ".join([*cells, shorten(row[-1], room)]).rstrip())
    return "\n".join(lines)


def shorten(text: str, room: int) -> str:
    """`text` on one line, at most `room` characters, with an ellipsis where it was cut."""
    line = " ".join(printable(text).split())
    return line if len(line) <= room else line[: room - 1].rstrip() + "…"


def clip(text: str, room: int) -> str:
    """`text` with its spaces kept, at most `room` characters."""
    line = printable(text.rstrip().replace("\t", "    "))
    return line if len(line) <= room else line[: room - 1] + "…"


def paragraph(text: str, width: int) -> str:
    """`text` broken into lines of at most `width` characters."""
    return textwrap.fill(" ".join(printable(text).split()), max(width, 20))


def indented(text: str, width: int) -> str:
    """A paragraph set in by two spaces, its later lines by four."""
    words = " ".join(printable(text).split())
    return textwrap.fill(words, max(width, 20), initial_indent="  ", subsequent_indent="    ")
