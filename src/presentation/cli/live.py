"""One line per agent that redraws itself, for a terminal that somebody watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .progress import AgentLine, Progress, seconds

STYLES = {"waiting": "dim", "working": "cyan", "done": "green", "failed": "red", "cancelled": "yellow"}
A_SECOND = 8  # redraws
TIME = 11  # columns: "59 min 59 s"
LONGEST_NAME = 24
WIDEST = 100


class LiveProgress(Progress):
    """Shows each agent with its state, the tools at work and the time; the last state stays on the screen."""

    def __init__(
        self, stream: TextIO, *, color: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock)
        self._console = Console(file=stream, force_terminal=True, no_color=not color, highlight=False)
        self._began = clock()
        self._live = Live(
            console=self._console,
            get_renderable=self._picture,
            refresh_per_second=A_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> LiveProgress:
        self._live.start()
        return self

    def close(self) -> None:
        """Draw the last state and give the cursor back."""
        self._live.stop()

    def _picture(self) -> Table:
        now = self.clock()
        lines = list(self.lines.values()) or [AgentLine("muster", "reading the project", (), self._began)]
        # Not the whole width: the ^C that a terminal echoes must not begin a new line.
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.width = min(self._console.width - 3, WIDEST)
        table.add_column(no_wrap=True, width=min(max(len(line.agent) for line in lines), LONGEST_NAME))
        table.add_column(no_wrap=True, width=TIME)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for line in lines:
            elapsed = line.elapsed(now)
            table.add_row(line.agent, "" if elapsed is None else f"{seconds(elapsed):>{TIME}}", _state(line))
        return table


def _state(line: AgentLine) -> Text:
    words = f"{line.state}: {', '.join(line.tools)}" if line.tools else line.state
    first = line.state.split(",")[0].split(":")[0]
    return Text(words, style=STYLES.get(first, ""))
