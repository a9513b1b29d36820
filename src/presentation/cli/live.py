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


class LiveProgress(Progress):
    """Shows each agent with its state, the tools at work and the time; the last state stays on the screen."""

    def __init__(
        self, stream: TextIO, *, color: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(clock)
        console = Console(file=stream, force_terminal=True, no_color=not color, highlight=False)
        self._began = clock()
        self._live = Live(
            console=console,
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
        table = Table.grid(padding=(0, 1), pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, justify="right")
        lines = list(self.lines.values()) or [AgentLine("muster", "reading the project", (), self._began)]
        for line in lines:
            elapsed = line.elapsed(now)
            table.add_row(line.agent, _state(line), "" if elapsed is None else seconds(elapsed))
        return table


def _state(line: AgentLine) -> Text:
    words = f"{line.state}: {', '.join(line.tools)}" if line.tools else line.state
    first = line.state.split(",")[0].split(":")[0]
    return Text(words, style=STYLES.get(first, ""))
