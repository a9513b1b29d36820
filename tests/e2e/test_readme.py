"""Every command that README shows is run, and what README shows is what it prints."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.documents import ROOT, Command, commands, pattern_of

shown = commands()
with_muster = [command for command in shown if command.line.startswith("muster ")]
with_make = [command for command in shown if command.line.startswith("make ")]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example project, as README's reader stands in; its runs are kept for the next command."""
    folder = tmp_path_factory.mktemp("readme") / "parcels"
    shutil.copytree(ROOT / "examples" / "parcels", folder)
    return folder


def run(argv: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with its own data folder beside `folder`."""
    environment = {
        **os.environ,
        "MUSTER_DATA_DIR": str(folder.parent / "data"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        **more,
    }
    return subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def assert_shown(command: Command, output: str) -> None:
    """Each line that the document shows stands in the output, in the same order; `…` skips some."""
    printed = [" ".join(line.split()) for line in output.splitlines()]
    at = 0
    for line in command.shown:
        if not line.strip() or line.strip() == "…":
            continue
        pattern = pattern_of(line)
        found = next((i for i in range(at, len(printed)) if pattern.fullmatch(printed[i])), None)
        assert found is not None, (
            f"{command}: {line!r} is not in the output after line {at}:\n{output[-3000:]}"
        )
        at = found + 1


def test_there_are_commands_to_run() -> None:
    """The reader of README is not blind."""
    assert {command.line.split()[1] for command in with_muster} >= {"plan", "run", "check", "show", "explain"}
    assert {command.line for command in with_make} >= {"make demo", "make test"}


def test_every_muster_command_does_what_is_shown(workplace: Path) -> None:
    """In the order of README, each in the same folder; no command ends as wrong usage or a crash."""
    for command in with_muster:
        argv = [sys.executable, "-m", *shlex.split(command.line)]
        done = run(argv, workplace)
        assert done.returncode in {0, 1, 5, 6}, f"{command}: {done.stderr}"
        assert_shown(command, done.stdout)


def test_make_demo_prints_what_is_shown(tmp_path: Path) -> None:
    """The script behind `make demo`, with this environment instead of a new one."""
    (demo,) = (command for command in with_make if command.line == "make demo")
    if not (Path(sys.prefix) / "bin" / "muster").exists():
        pytest.skip("NOT RUN: `make demo` needs muster installed in this environment; `make test` does that")
    (tmp_path / "x").mkdir()
    done = subprocess.run(
        ["sh", "scripts/demo.sh"],
        cwd=ROOT,
        env={**os.environ, "VENV": sys.prefix, "MUSTER_DATA_DIR": str(tmp_path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert_shown(demo, done.stdout)


@pytest.mark.parametrize("command", with_make, ids=str)
def test_every_make_target_is_there(command: Command) -> None:
    """What `make` would do; running `make test` inside the tests would have no end."""
    argv = ["make", "--dry-run", *command.line.split()[1:]]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    if command.line == "make test":
        assert "pytest" in done.stdout
