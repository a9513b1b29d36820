"""Colour, width, and what is told while a run goes on."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from muster.domain.events.events import (
    AgentFinished,
    AgentStarted,
    Envelope,
    Event,
    RunFinished,
    RunStarted,
    ToolFinished,
    ToolStarted,
)
from muster.domain.orchestration.run import AgentStatus, RunStatus
from muster.presentation.cli.live import LiveProgress
from muster.presentation.cli.progress import PlainProgress, Progress, seconds
from muster.presentation.cli.terminal import is_watched, wants_color, width_of
from muster.presentation.cli.watching import progress_for
from tests.fakes.builders import plan


class Screen(io.StringIO):
    """A stream that is, or is not, a terminal."""

    def __init__(self, tty: bool = True) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("tty", "env", "color"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour_follows_the_terminal_and_its_user(tty: bool, env: Mapping[str, str], color: bool) -> None:
    """NO_COLOR before FORCE_COLOR before TERM before what the stream is."""
    assert wants_color(Screen(tty), env) is color


@pytest.mark.parametrize(
    ("tty", "env", "watched"),
    [
        (True, {}, True),
        (True, {"CI": "true"}, False),
        (True, {"CI": "false"}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_only_a_terminal_that_somebody_watches_redraws(
    tty: bool, env: Mapping[str, str], watched: bool
) -> None:
    """A log of redrawn lines is unreadable."""
    assert is_watched(Screen(tty), env) is watched


def test_a_pipe_has_a_hundred_columns_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS tells."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert width_of(Screen(tty=False)) == 100
    monkeypatch.setenv("COLUMNS", "60")
    assert width_of(Screen(tty=False)) == 60


def test_progress_is_silent_plain_or_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """By --quiet, and by what stderr is."""
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stderr", Screen(tty=False))
    assert type(progress_for(quiet=True)) is Progress
    assert type(progress_for(quiet=False)) is PlainProgress
    monkeypatch.setattr("sys.stderr", Screen(tty=True))
    assert type(progress_for(quiet=False)) is LiveProgress
    monkeypatch.setenv("CI", "1")
    assert type(progress_for(quiet=False)) is PlainProgress


@pytest.mark.parametrize(
    ("duration", "words"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (61.6, "1 min 02 s"), (3600, "60 min 00 s")],
)
def test_durations_are_for_people(duration: float, words: str) -> None:
    """Never 60.0 s."""
    assert seconds(duration) == words


def tell(progress: Progress, *events: Event) -> None:
    """Send events as the bus does."""
    for number, event in enumerate(events, 1):
        progress(Envelope(number, datetime(2026, 1, 1, tzinfo=UTC), event))


def test_plain_progress_is_a_line_for_each_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing for what begins; errors on one line."""
    progress = PlainProgress()

    tell(
        progress,
        RunStarted("run-1", plan("a", "b", "c")),
        AgentStarted("run-1", "a"),
        ToolStarted("run-1", "a", "ruff"),
        ToolFinished("run-1", "a", "ruff", 0.1),
        AgentFinished("run-1", "a", AgentStatus.COMPLETED, 1200, 0.84),
        AgentFinished("run-1", "b", AgentStatus.COMPLETED, 0, 61),
        AgentFinished("run-1", "c", AgentStatus.FAILED, 0, 0.2, "no\nanswer"),
        AgentFinished("run-1", "d", AgentStatus.CANCELLED, 0, 0.1),
        RunFinished("run-1", RunStatus.COMPLETED, 62),
    )

    assert progress.run_id == "run-1"
    assert capsys.readouterr() == (
        "",
        "a: done, 1,200 findings, 0.8 s\nb: done, no findings, 1 min 01 s\nc: failed: no answer, 0.2 s\n"
        "d: cancelled, 0.1 s\n",
    )


def test_live_progress_shows_each_agent_with_state_tools_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last picture stays, and the cursor comes back."""
    monkeypatch.setenv("COLUMNS", "60")
    screen, now = Screen(), [0.0]
    progress = LiveProgress(screen, color=False, clock=lambda: now[0])

    with progress:
        tell(
            progress,
            RunStarted("run-1", plan("auditor", "tester", "writer")),
            AgentStarted("run-1", "auditor"),
            AgentFinished("run-1", "auditor", AgentStatus.COMPLETED, 1, 0.84),
            AgentStarted("run-1", "tester"),
            ToolStarted("run-1", "tester", "coverage"),
            ToolStarted("run-1", "tester", "inventory"),
        )
        now[0] = 2.5

    shown = [
        " ".join(line.split()) for line in re.sub(r"\x1b\[[?\d;]*\w", "", screen.getvalue()).splitlines()
    ]
    assert [line for line in shown if line][-3:] == [
        "auditor 0.8 s done, 1 finding",
        "tester 2.5 s working: coverage, inventory",
        "writer waiting",
    ]
    assert screen.getvalue().endswith("\x1b[?25h")


def test_live_progress_says_that_it_reads_before_the_run_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large project takes a moment."""
    monkeypatch.setenv("COLUMNS", "60")
    screen = Screen()

    with LiveProgress(screen, color=False, clock=lambda: 0.0):
        pass

    assert "0.0 s  reading the project" in screen.getvalue()
