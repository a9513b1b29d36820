"""What Markdown must not take for its own: text escaped, code quoted, rows in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .wording import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$!@])")
_LIST = re.compile(r"^(\d*)([-+=]|(?<=\d)[.)](?=\s|$))")


def escape(text: str) -> str:
    """`text` on one line, none of whose characters Markdown takes for its own."""
    line = _SPECIAL.sub(r"\\\1", printable(text).strip())
    return _LIST.sub(r"\1\\\2", line).replace("://", ":\\//")


def code(text: str) -> str:
    """`text` as a code span that no backtick in it can end; bars are escaped as tables need it."""
    line = printable(text).strip()
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    pad = " " if "`" in (line[0], line[-1]) else ""
    return f"{'`' * (longest + 1)}{pad}{line}{pad}{'`' * (longest + 1)}"


def cell(text: str) -> str:
    """A code span inside a table, where a bare bar would end the cell."""
    return code(text).replace("|", "\\|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table; cells must be escaped already."""
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(' --- ' for _ in head)}|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]
