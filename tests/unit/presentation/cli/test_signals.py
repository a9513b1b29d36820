"""Ctrl-C, SIGTERM and readers that go away, on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from muster.presentation.cli import entry
from muster.presentation.cli.main import main

from .house import House

ROOT = Path(__file__).resolve().parents[4]
DRIVER = """
import asyncio, sys, time
from muster.presentation.cli import session
from muster.presentation.cli.main import main
from tests.unit.presentation.cli.house import RUNS, House

async def polite():
    print("ready", file=sys.stderr, flush=True)
    await asyncio.sleep(30)

async def stubborn():
    print("ready", file=sys.stderr, flush=True)
    while True:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            pass

async def blocking():
    print("ready", file=sys.stderr, flush=True)
    time.sleep(30)

async def threaded():
    work = asyncio.to_thread(time.sleep, 30)
    print("ready", file=sys.stderr, flush=True)
    await work

house = House(globals().get(sys.argv[1]))
house.answers("list_runs", RUNS)
session.open_session = house.open_session
main(sys.argv[2:])
"""
GONE = (
    "muster: interrupted; run run-01test keeps what was found until now, and can go on: muster resume\n"
    "hint: muster show run-01test\n"
)


def start(pause: str, *args: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """A `muster` in a process of its own, with fakes that pause in this way."""
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, pause, *args],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Return when the fake run has begun."""
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"


@pytest.mark.parametrize(
    ("pause", "number"),
    [
        ("polite", signal.SIGINT),
        ("polite", signal.SIGTERM),
        ("stubborn", signal.SIGINT),
        ("blocking", signal.SIGINT),
        ("threaded", signal.SIGTERM),
    ],
)
def test_a_signal_ends_the_run_within_a_second(pause: str, number: signal.Signals) -> None:
    """Whatever the run is busy with; it says which run is kept and how to see it."""
    process = start(pause, "check", "--quiet")
    wait_until_ready(process)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    took = time.monotonic() - began

    assert (process.returncode, out, err) == (130, "", GONE)
    assert took < 1.2  # a second, and what a busy machine adds


def test_a_second_ctrl_c_ends_it_at_once() -> None:
    """Without waiting for the work."""
    process = start("stubborn", "check", "--quiet")
    wait_until_ready(process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)

    assert (process.returncode, err) == (130, GONE)
    assert time.monotonic() - began < 0.5


def test_ctrl_c_while_modules_load_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, the same exit code."""

    def interrupted(_args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "answer", interrupted)
    with pytest.raises(SystemExit) as end:
        main(["runs"])

    assert end.value.code == 130
    assert capsys.readouterr() == ("", "\nmuster: interrupted\n")


def test_ctrl_c_before_the_run_is_open_keeps_nothing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the project is being read, there is no run yet."""

    class Slow:
        async def execute(self, _request: object) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            import asyncio

            await asyncio.sleep(30)

    exits: list[int] = []
    monkeypatch.setattr(os, "_exit", exits.append)
    house.checker = Slow()  # type: ignore[assignment]

    assert entry.answer(["check", "--quiet"]) == 130
    assert capsys.readouterr().err == "muster: interrupted before the run began; nothing was kept\n"
    time.sleep(1)
    assert exits == [130]


@pytest.mark.parametrize(
    "args", [("runs",), ("runs", "--json"), ("--help",), ("run", "--help"), ("--version",)]
)
def test_a_reader_that_has_gone_is_no_error(args: tuple[str, ...]) -> None:
    """`muster … | head` ends without a word, as a process ended by SIGPIPE does."""
    reading, writing = os.pipe()
    os.close(reading)
    process = start("", *args, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=10)

    assert (process.returncode, err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_behind_stdout_is_said() -> None:
    """One line, and no farewell of the interpreter's."""
    with Path("/dev/full").open("w") as full:
        process = start("", "runs", stdout=full.fileno())
        _, err = process.communicate(timeout=10)

    assert process.returncode == 3
    assert err == "muster: stdout could not be written: No space left on device\nhint: try --output FILE\n"
