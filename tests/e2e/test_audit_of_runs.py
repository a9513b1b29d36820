"""What the audit log tells of a run: in real processes, one of them killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PROGRAM = """
import asyncio, sys
from pathlib import Path
from muster import AgentTemplate, Approvals, FunctionTool, ModelTier, ToolCategory, open_muster
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.capability import Capability

project, slow = Path(sys.argv[1]), len(sys.argv) > 2

async def jot() -> str:
    "Write a note."
    (project / "note.txt").write_text("secret sauce")
    await asyncio.sleep(60 if slow else 0)
    return "written"

async def main() -> None:
    tool = FunctionTool(jot, category=ToolCategory.ANALYSIS, writes=True)
    able = frozenset({Capability.CODE_REVIEW})
    agents = [
        AgentTemplate(name, name.title(), "takes notes", able, ModelTier.CHEAP, tools, "Note.")
        for name, tools in (("scribe", ("jot",)), ("reader", ("search-workspace",)))
    ]
    async with open_muster(str(project), agents=agents, tools=[tool]) as app:
        plan = await app.plan_task("note the marmalade", agents=["scribe", "reader"], pattern="sequential")
        run = await app.run_task(plan, options=RunOptions(approvals=Approvals(frozenset({"jot"}))))
        assert run.waits, run
        await app.answer_run(run.id, who="eve")
        run = await app.resume_run(run.id)
        print(run.id, run.status.value)

asyncio.run(main())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small one."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("marmalade = 1\n")
    return folder


def environment(project: Path) -> dict[str, str]:
    """No key, no service, a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    return {
        **kept,
        "MUSTER_DATA_DIR": str(project.parent / "data"),
        "MUSTER_USER": "ada",
        "MUSTER_MODEL": "offline",
    }


def begun(project: Path, *more: str) -> subprocess.Popen[str]:
    """The run in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(project), *more]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(project), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def muster(project: Path, *args: str) -> Any:
    """What a command answers."""
    done = subprocess.run(
        [sys.executable, "-m", "muster", *args, "--json"],
        cwd=ROOT, env=environment(project), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def listed(project: Path, *args: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Type, actor, subject and details of each event; what memory is told of aside."""
    events = [one["event"] for one in muster(project, "audit", "list", "--limit", "1000", *args)["events"]]
    return [
        (one["type"], one["actor"], one["subject"], one["details"])
        for one in events
        if not one["type"].startswith("memory-")
    ]


def test_a_run_tells_what_it_asked_and_wrote_in_order(project: Path) -> None:
    """Each once, with who did it; neither what was asked nor what was written stands there, and all of it verifies."""
    process = begun(project)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    _, status = out.split()
    assert status == "completed"
    found = listed(project)
    asked = [one for one in found if one[0] == "model-request"]
    step = "scribe#1/tool/1/call_1"
    wrote = {"kind": "write", "target": ""}
    assert [one[:3] for one in found] == [
        ("model-request", "scribe", "offline/evidence"),
        ("approval", "muster", step),
        ("approval", "eve", step),
        ("tool-use", "scribe", "jot"),
        ("tool-use", "scribe", "jot"),
        ("model-request", "scribe", "offline/evidence"),
        ("model-request", "reader", "offline/evidence"),
        ("model-request", "reader", "offline/evidence"),
    ]
    assert [one[3] for one in found[1:3]] == [{"what": "asked", "kind": "approval"}, {"what": "granted"}]
    assert [one[3] for one in found[3:5]] == [{**wrote, "outcome": "begun"}, {**wrote, "outcome": "ok"}]
    for *_, details in asked:
        assert (details["provider"], details["outcome"], details["usd"]) == ("offline", "ok", 0.0)
        assert details["tokens_in"] > 0 < details["tokens_out"]
        assert details["redacted"] is False
    assert listed(project, "--type", "tool-use") == found[3:5]
    written = b"".join(path.read_bytes() for path in (project.parent / "data" / "audit").iterdir())
    assert b"sauce" not in written
    assert b"marmalade" not in written
    assert muster(project, "audit", "verify")["intact"] is True


def test_a_run_that_is_killed_as_it_writes_has_said_so_before(project: Path) -> None:
    """The tool's effect is there, so the event is; the chain is whole, and the next run goes on with it."""
    process = begun(project, "slow")
    until = time.monotonic() + PATIENCE
    while not (project / "note.txt").exists():
        assert time.monotonic() < until, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert muster(project, "audit", "verify")["intact"] is True
    assert [(one[2], one[3]["outcome"]) for one in listed(project, "--type", "tool-use")] == [
        ("jot", "begun")
    ]
    begun(project).communicate(timeout=PATIENCE)
    verdict = muster(project, "audit", "verify")
    assert (verdict["intact"], verdict["faults"]) == (True, [])
    assert [one[3]["outcome"] for one in listed(project, "--type", "tool-use")] == ["begun", "begun", "ok"]
