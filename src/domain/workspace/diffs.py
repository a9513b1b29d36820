"""Changes in the form that every programmer reads."""

from __future__ import annotations

import difflib

from .edits import FileEdit

NOTHING = "/dev/null"


def unified_diff(edit: FileEdit, context: int = 3) -> str:
    """The edit as a unified diff with `context` lines around; whoever shows it masks secrets first."""
    old, new = edit.before, edit.content
    lines = difflib.unified_diff(
        _lines(old),
        _lines(new),
        NOTHING if old is None else f"a/{edit.path}",
        NOTHING if new is None else f"b/{edit.path}",
        n=context,
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str | None) -> list[str]:
    """Lines with their line feeds; nothing else ends a line in a diff."""
    parts = (text or "").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
