"""Lines on a terminal: cut, wrapped and aligned by how wide characters really are, coloured if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from . import Look
from .wording import printable

NARROWEST = 40

Cell = tuple[str, str]
"""Text and its style."""


class Paper:
    """Collects lines; whatever is put on it is made safe for a terminal first."""

    def __init__(self, look: Look) -> None:
        self.width = max(look.width, NARROWEST)
        self._stream = StringIO()
        self._console = Console(
            file=self._stream,
            width=self.width,
            color_system="standard" if look.color else None,
            force_terminal=look.color,
            no_color=not look.color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def line(self, *parts: tuple[str, str], indent: int = 0) -> None:
        """One paragraph of (text, style) parts; each of its lines starts `indent` columns from the left."""
        text = Text()
        for content, style in parts:
            text.append(content if content.isspace() else printable(content), style)
        for wrapped in text.wrap(self._console, max(self.width - indent, 12)):
            wrapped.rstrip()
            self._console.print(Text(" " * indent).append_text(wrapped), soft_wrap=True)

    def rule(self, title: str, note: str = "") -> None:
        """A heading with an empty line before it."""
        self.blank()
        self.line((title, "bold"), *([("  ", ""), (note, "dim")] if note else []))

    def blank(self) -> None:
        """An empty line."""
        self._stream.write("\n")

    def rows(self, rows: Sequence[Sequence[Cell]], indent: int = 2) -> None:
        """Cells in columns; the last one takes the rest of the line and wraps under itself."""
        if not rows:
            return
        sizes = [max(cell_len(printable(row[i][0])) for row in rows) for i in range(len(rows[0]) - 1)]
        left = indent + sum(sizes) + 2 * len(sizes)
        for row in rows:
            self._row(row, sizes, left, indent)

    def _row(self, row: Sequence[Cell], sizes: list[int], left: int, indent: int) -> None:
        head = Text(" " * indent)
        for (content, style), size in zip(row[:-1], sizes, strict=True):
            safe = printable(content)
            head.append(safe, style).append(" " * (size - cell_len(safe) + 2))
        room = self.width - left
        under = left if room >= NARROWEST // 2 else indent + 4
        rest = list(Text(printable(row[-1][0]), row[-1][1]).wrap(self._console, self.width - under))
        if under == left and rest:
            head.append_text(rest.pop(0))
        head.rstrip()
        self._console.print(head, soft_wrap=True)
        for wrapped in rest:
            wrapped.rstrip()
            self._console.print(Text(" " * under).append_text(wrapped), soft_wrap=True)

    def cut(self, content: str, style: str = "", indent: int = 0) -> None:
        """One line, ended by an ellipsis where it is too long."""
        text = Text(printable(content), style)
        text.truncate(max(self.width - indent, 12), overflow="ellipsis")
        self._console.print(Text(" " * indent).append_text(text), soft_wrap=True)

    def finish(self) -> str:
        """Everything that was put on it, without empty lines at its ends."""
        return self._stream.getvalue().strip("\n") + "\n"
