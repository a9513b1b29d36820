"""Ctrl-C and worse, while a real check looks at a large project."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.support import PATIENCE, Shell, alive, children, ended, warehouse

INTERRUPTED = 130
A_MOMENT = 1.5
"""Seconds: Ctrl-C is answered within one; the rest is for a busy machine."""
DONE = b"test-analyst: done"
"""The first agent to finish says so on stderr."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that takes several seconds to check."""
    return warehouse(tmp_path_factory.mktemp("large") / "warehouse", 500)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a check ended: exit code, what it said, seconds since the signal, and what it had started."""

    code: int
    out: str
    err: str
    seconds: float
    started: set[int]


def stopped(shell: Shell, *args: str, number: int) -> Ending:
    """Send a signal to a check when an agent is done and others are at work."""
    with ended(shell.start("check", *args)) as process:
        said = until(process, DONE)
        started = until_busy(process)
        before = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        return Ending(
            process.returncode, out.decode(), (said + err).decode(), time.monotonic() - before, started
        )


def until(process: subprocess.Popen[bytes], words: bytes) -> bytes:
    """What it says on stderr, up to the line with these `words`."""
    assert process.stderr is not None
    said = b""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without saying {words!r}: {said.decode()}")


def until_busy(process: subprocess.Popen[bytes]) -> set[int]:
    """The processes that it has started, once there are some."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if found := children(process.pid):
            return found
        time.sleep(0.01)
    raise AssertionError("it started no process")


def soon_gone(pids: set[int]) -> bool:
    """Whether all of them end within a moment."""
    give_up = time.monotonic() + A_MOMENT
    while (left := alive(pids)) and time.monotonic() < give_up:
        time.sleep(0.02)
    return not left


@pytest.fixture(scope="module")
def shell(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in the large project."""
    return Shell(large, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def interrupted(shell: Shell) -> Ending:
    """A check that Ctrl-C ended."""
    return stopped(shell, number=signal.SIGINT)


def test_ctrl_c_ends_a_check_within_a_moment(interrupted: Ending) -> None:
    """With the exit code that shells know, the run's name, and how to see it; no report, no traceback."""
    assert (interrupted.code, interrupted.out) == (INTERRUPTED, "")
    assert interrupted.seconds < A_MOMENT
    *_, farewell, hint = interrupted.err.splitlines()
    assert farewell.startswith("muster: interrupted; run run-")
    assert hint.startswith("hint: muster show run-")
    assert "Traceback" not in interrupted.err


def test_ctrl_c_leaves_no_process_behind(interrupted: Ending) -> None:
    """Not one of the tools that were at work."""
    assert interrupted.started
    assert soon_gone(interrupted.started)


def test_an_interrupted_check_says_cancelled_and_keeps_what_was_found(
    interrupted: Ending, shell: Shell
) -> None:
    """In the list, as JSON and as text; who had finished is done, the others were cancelled."""
    run_id = interrupted.err.split("muster show ")[1].strip()
    (listed,) = shell("runs", "--status", "cancelled", "--json").json()["runs"]
    assert (listed["id"], listed["status"]) == (run_id, "cancelled")
    shown = shell("show", run_id, "--json")
    run = shown.json()["run"]
    statuses = {agent["agent"]: agent["status"] for agent in run["agents"]}
    assert run["status"] == "cancelled"
    assert statuses["test-analyst"] == "completed"
    assert "cancelled" in statuses.values()
    assert "no-tests" in {finding["rule"] for finding in shown.findings}
    text = shell("show").out
    assert text.startswith("CANCELLED")
    assert "There are no tests" in text


def test_after_a_kill_the_run_reads_as_interrupted_and_the_next_one_works(
    large: Path, tmp_path: Path
) -> None:
    """Nobody could say good-bye: the journal tells by the process that is gone."""
    shell = Shell(large, tmp_path / "data")
    ending = stopped(shell, number=signal.SIGKILL)
    assert ending.code == -signal.SIGKILL
    assert soon_gone(ending.started)
    (listed,) = shell("runs", "--json").json()["runs"]
    assert listed["status"] == "interrupted"
    assert shell("show").out.startswith("INTERRUPTED")
    assert re.search(r" interrupted +– +– ", shell("runs").out), "what was not counted is no number"
    (large / "part0" / "alone").mkdir(exist_ok=True)
    (large / "part0" / "alone" / "one.py").write_text("import os\n")
    next_one = shell("run", "review the code", "--agents", "code-reviewer", "--path", "part0/alone", "--json")
    assert next_one.code == 0
    assert [finding["rule"] for finding in next_one.findings] == ["F401"]
    assert [run["status"] for run in json.loads(shell("runs", "--json").out)["runs"]] == [
        "completed",
        "interrupted",
    ]
