"""Workflows on the command line: to the end, interrupted, and killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import PATIENCE, Shell, ended, shop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ends processes as Linux does")
MINE = """
name: mine
title: Mine
purpose: looks twice
stages:
  - {id: first, task: look for dead code, agents: [refactoring-advisor]}
  - {id: second, task: look for slow code, agents: [performance-analyst]}
  - {id: third, task: look for secrets, agents: [security-auditor], when: stages.first.status == completed}
  - {id: last, task: look for circles, agents: [architecture-analyst], always: true}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that nobody changes."""
    return shop(tmp_path_factory.mktemp("small") / "shop")


@pytest.fixture
def shell(project: Path, tmp_path: Path) -> Shell:
    """Somebody who has a workflow of their own."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "mine.yaml").write_text(MINE)
    return Shell(project, tmp_path / "data", {"MUSTER_WORKFLOWS_DIR": str(tmp_path / "flows")})


def until(process: subprocess.Popen[bytes], words: bytes) -> None:
    """Read what it says on stderr up to the line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words!r}")


def runs(shell: Shell) -> list[dict[str, Any]]:
    """The runs that were kept."""
    found: list[dict[str, Any]] = shell("runs", "--json").json()["runs"]
    return found


def only(shell: Shell) -> str:
    """The one workflow that was begun."""
    (line,) = shell("workflow", "runs", "--json").json()["workflow_runs"]
    return str(line["id"])


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (b"first: at work", signal.SIGKILL),
        (b"second: at work", signal.SIGKILL),
        (b"last: at work", signal.SIGKILL),
        (b"second: at work", signal.SIGINT),
    ],
)
def test_after_an_end_in_the_middle_it_goes_on(shell: Shell, at: bytes, number: int) -> None:
    """Every stage ends as it does without, and each of them has one run: none was made twice."""
    with ended(shell.start("workflow", "run", "mine")) as process:
        until(process, at)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    known = only(shell)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert f"go on: muster workflow resume {known}" in err.decode()
    before = {run["id"] for run in runs(shell)}
    answer = shell("workflow", "resume", known, "--json")
    records = answer.json()["workflow_run"]["records"]
    assert [(record["id"], record["status"], record["attempt"]) for record in records] == [
        ("first", "completed", 1), ("second", "completed", 1), ("third", "completed", 1), ("last", "completed", 1)
    ]  # fmt: skip
    after = {run["id"] for run in runs(shell)}
    assert after == {record["run_id"] for record in records}
    assert before <= after
    assert {run["status"] for run in runs(shell)} == {"completed"}
    again = shell("workflow", "resume", known, "--json")
    assert (again.code, again.json()["workflow_run"]) == (answer.code, answer.json()["workflow_run"])


def test_a_killed_one_can_be_cancelled(shell: Shell) -> None:
    """What is not done is skipped, and cleaning up is done."""
    with ended(shell.start("workflow", "run", "mine")) as process:
        until(process, b"second: at work")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    known = only(shell)
    assert shell("workflow", "cancel", known).out == f"workflow run {known} is cancelled\n"
    answer = shell("workflow", "resume", known, "--json")
    states = [record["status"] for record in answer.json()["workflow_run"]["records"]]
    assert (answer.code, states) == (130, ["completed", "skipped", "skipped", "completed"])


def test_one_s_own_begins_with_the_text_of_another(tmp_path: Path) -> None:
    """`show --yaml` into a file of one's own, changed, run."""
    own = Shell(shop(tmp_path / "shop"), tmp_path / "data")
    text = own("workflow", "show", "security-audit", "--yaml").out
    (tmp_path / "mine.yaml").write_text(text.replace("name: security-audit", "name: strict-audit"))
    own.env["MUSTER_WORKFLOWS_DIR"] = str(tmp_path)
    answer = own("workflow", "run", "strict-audit", "--json", "-q")
    assert (answer.code, answer.json()["workflow_run"]["workflow"]["origin"]) == (1, "own")
    (tmp_path / "mine.yaml").write_text(
        text.replace("agents: [security-auditor]", "agents: [security-oditor]")
    )
    wrong = own("workflow", "show", "security-audit")
    assert wrong.code == 4
    assert "mine.yaml:13: stages.1.agents.1: unknown agent 'security-oditor'" in wrong.error
    (tmp_path / "mine.yaml").write_text("")
    for command in (["list"], ["show", "security-audit"], ["run", "security-audit", "--dry-run"]):
        answer = own("workflow", *command)
        assert (answer.code, answer.err.count("left out: ")) == (0, 1), command
        assert "mine.yaml:1: 0 workflows in one file" in answer.err
    assert own("workflow", "run", "mine").code == 4


def test_a_project_s_workflow_replaces_no_built_in_one(tmp_path: Path) -> None:
    """Somebody clones a project that brings its own health check."""
    own = Shell(shop(tmp_path / "shop"), tmp_path / "data")
    (own.folder / "flows").mkdir()
    (own.folder / "muster.toml").write_text('workflows_dir = "flows"\n')
    text = own("workflow", "show", "health-check", "--yaml", "--path", str(tmp_path)).out
    (own.folder / "flows" / "a.yaml").write_text(text)
    shown = own("workflow", "show", "health-check", "--json")
    assert shown.json()["workflow"]["origin"] == "built-in"
    assert "left out: " in shown.err
    assert "a project cannot replace the built-in workflow 'health-check'" in shown.err
    assert own("workflow", "show", "a").code == 4
