"""Runs that outlive their process: killed, resumed, watched, stopped, answered and carried, in real processes."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from muster.domain.models.usage import Usage
from tests.e2e.test_real_models import OWN, PATIENCE, Desk, report
from tests.fakes.provider_script import Step, hang
from tests.fakes.provider_server import ProviderServer

TEAM = ("run", "review app.py", "--agents", "security-auditor,code-reviewer", "--pattern", "sequential")
NO_FALLBACK = {"MUSTER_FALLBACK": "openai/gpt-4o-mini", "MUSTER_RETRIES": "0"}
FIRST, SECOND = report(Usage(input=1000, output=100), OWN), report(Usage(input=2000, output=200))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that counts what it is asked."""
    async with ProviderServer() as server:
        yield server


async def begun(desk: Desk, *args: str) -> asyncio.subprocess.Process:
    """A command that is left to itself."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "muster", *args, cwd=desk.project, env={**desk.env, **NO_FALLBACK},
        stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe,
    )  # fmt: skip


async def asked(server: ProviderServer, times: int) -> None:
    """Wait until the provider was asked so often."""
    async with asyncio.timeout(PATIENCE):
        while len(server.received) < times:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Exit code and what it said."""
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def answered(desk: Desk, *args: str) -> tuple[int, Any, str]:
    """A command's exit code, its JSON, and what it said beside."""
    code, out, err = await desk(*args, "--json", **NO_FALLBACK)
    return code, json.loads(out) if out else None, err


def found(shown: Any) -> list[tuple[str, int]]:
    """The findings of a run: rule and line."""
    return [(one["rule"], one["location"]["line"]) for one in shown["run"]["report"]["findings"]]


def calls(shown: Any) -> list[tuple[str, str | None]]:
    """Who asked a model, and how that ended."""
    agents = shown["run"]["agents"]
    return [(agent["agent"], one["error"]) for agent in agents for one in agent["attempts"]]


async def killed(desk: Desk, server: ProviderServer, second: Step) -> None:
    """A run that is killed while its second agent waits for its model."""
    server.play(FIRST, second, SECOND)
    process = await begun(desk, *TEAM)
    await asked(server, 2)
    process.send_signal(signal.SIGKILL)
    assert (await ended(process))[0] == -signal.SIGKILL


async def test_a_run_that_was_killed_goes_on_and_pays_for_nothing_twice(
    server: ProviderServer, tmp_path: Path
) -> None:
    """The list says interrupted; resumed, it asks only for the answer that was lost, and counts it; its findings
    are those of a run that nobody killed."""
    desk = Desk(tmp_path, server)
    await killed(desk, server, hang())
    _, listed, _ = await answered(desk, "runs")
    assert [run["status"] for run in listed["runs"]] == ["interrupted"]

    code, shown, _ = await answered(desk, "resume")

    assert code in {0, 1}
    assert len(server.received) == 3
    assert (shown["run"]["resumed"], shown["run"]["repeated"]) == (1, 1)
    assert calls(shown) == [("security-auditor", None), ("code-reviewer", "lost"), ("code-reviewer", None)]
    server.play(FIRST, SECOND)
    straight_code, straight, _ = await answered(desk, *TEAM)
    assert (straight_code, found(straight)) == (code, found(shown))
    _, text, _ = await desk("show", shown["run"]["id"])
    assert "  resumed   1 time\n" in text
    assert "  repeated  1 call whose answer a crash had taken\n" in text
    assert (await desk("resume"))[0] == 2, "nothing is left to go on with"


async def test_one_terminal_watches_and_another_one_stops_the_run(
    server: ProviderServer, tmp_path: Path
) -> None:
    """Who watches sees each step as it comes, and the end; the run keeps what it had, and ends with 130."""
    desk = Desk(tmp_path, server)
    server.play(FIRST, hang())
    run = await begun(desk, *TEAM, "--json")
    await asked(server, 2)
    watching = await begun(desk, "watch")
    assert watching.stdout is not None
    async with asyncio.timeout(PATIENCE):
        seen = [await watching.stdout.readline() for _ in range(3)]
    assert seen[0].decode().rstrip().endswith("security-auditor#1: began")

    code, told, _ = await answered(desk, "cancel")

    assert code == 0
    assert (told["asked"], told["ended"], told["status"]) == (True, True, "cancelled")
    code, out, _ = await ended(run)
    assert (code, json.loads(out)["run"]["status"]) == (130, "cancelled")
    assert json.loads(out)["run"]["error"].startswith("cancelled by ")
    code, rest, last = await ended(watching)
    assert code == 0
    assert "is cancelled; muster show" in last
    numbers = [int(line.split()[0]) for line in (b"".join(seen).decode() + rest).splitlines()]
    assert numbers == sorted(set(numbers)), "none twice"


async def test_ctrl_c_ends_the_watching_and_not_the_run(server: ProviderServer, tmp_path: Path) -> None:
    """It says from which number to go on."""
    desk = Desk(tmp_path, server)
    server.play(FIRST, hang())
    run = await begun(desk, *TEAM)
    await asked(server, 2)
    watching = await begun(desk, "watch")
    assert watching.stdout is not None
    async with asyncio.timeout(PATIENCE):
        lines = [await watching.stdout.readline() for _ in range(2)]
    watching.send_signal(signal.SIGINT)
    code, rest, told = await ended(watching)

    last = int((b"".join(lines).decode() + rest).splitlines()[-1].split()[0])
    assert code == 130
    assert told == f"muster: the watching has ended, not the run\nhint: muster watch last --after {last}\n"
    assert run.returncode is None
    assert (await answered(desk, "runs"))[1]["runs"][0]["status"] == "running"
    assert (await desk("resume", "last"))[0] == 2, "it is driven by another process"
    run.send_signal(signal.SIGINT)
    assert (await ended(run))[0] == 130


async def test_an_approval_goes_from_one_process_to_the_other(server: ProviderServer, tmp_path: Path) -> None:
    """The first one asks and ends, holding nothing; the second one answers and goes on."""
    desk = Desk(tmp_path, server)
    server.play(FIRST, SECOND)
    code, out, err = await desk(*TEAM, "--approve-step", "code-reviewer", **NO_FALLBACK)
    assert (code, len(server.received)) == (6, 1), err
    hint = err.splitlines()[-1]
    assert hint.startswith("hint: muster approve run-")
    assert "WAITING" in out

    command = hint.removeprefix("hint: muster ").split(" or ")[0].split()
    code, shown, err = await answered(desk, *command)

    assert code in {0, 1}, err
    assert (shown["run"]["status"], len(server.received)) == ("completed", 2)
    assert calls(shown) == [("security-auditor", None), ("code-reviewer", None)]


async def test_a_run_is_carried_to_another_machine_s_data(server: ProviderServer, tmp_path: Path) -> None:
    """Killed on one, taken in on the other: it is the same to the last byte, and goes on there."""
    desk = Desk(tmp_path, server)
    await killed(desk, server, hang())
    code, out, _ = await desk("runs", "export", "last")
    (tmp_path / "run.jsonl").write_text(out)
    elsewhere = {"MUSTER_DATA_DIR": str(tmp_path / "elsewhere")}

    assert code == 0
    assert (await desk("runs", "import", str(tmp_path / "run.jsonl"), **elsewhere))[0] == 0

    here, there = await desk("show", "--json"), await desk("show", "--json", **elsewhere)
    assert here == there
    code, out, _ = await desk("resume", "--json", **NO_FALLBACK, **elsewhere)
    assert code in {0, 1}
    assert (json.loads(out)["run"]["status"], len(server.received)) == ("completed", 3)


async def test_models_are_those_of_the_plan_whatever_is_set_by_now(
    server: ProviderServer, tmp_path: Path
) -> None:
    """A run that was begun with --model goes on with it, without being told again."""
    desk = Desk(tmp_path, server)
    server.play(FIRST, SECOND)
    code, _, _ = await desk(*TEAM, "--approve-step", "code-reviewer", "--model", "anthropic", **NO_FALLBACK)
    assert code == 6

    code, _, err = await desk("approve", **NO_FALLBACK)

    assert code in {0, 1}, err
    assert "muster: with anthropic" in err
    assert {got.path for got in server.received} == {"/v1/messages"}


async def test_a_data_folder_that_cannot_be_written_is_told(server: ProviderServer, tmp_path: Path) -> None:
    """By every command that would write there: which file, and no traceback."""
    desk = Desk(tmp_path, server)
    (tmp_path / "file").write_text("")
    for command in (["resume"], ["cancel"], ["approve"], ["watch"], ["runs", "prune", "--older-than", "1"]):
        code, out, err = await desk(*command, MUSTER_DATA_DIR=str(tmp_path / "file" / "data"))
        assert (code, out) == (3, ""), command
        assert "Traceback" not in err
        assert "hint: " in err


async def test_a_reader_that_goes_away_is_no_failure_to_tell(server: ProviderServer, tmp_path: Path) -> None:
    """`muster watch | head` ends as shells expect it, without a word."""
    desk = Desk(tmp_path, server)
    server.play(FIRST, SECOND)
    await desk(*TEAM, "-q", **NO_FALLBACK)
    for command in ("watch", "runs export last", "runs steps"):
        process = await asyncio.create_subprocess_shell(
            f"{sys.executable} -m muster {command} | true; exit ${{PIPESTATUS[0]}}", cwd=desk.project, env=desk.env,
            stderr=asyncio.subprocess.PIPE, executable="/bin/bash",
        )  # fmt: skip
        _, err = await process.communicate()
        assert process.returncode in {0, 141}
        assert b"Traceback" not in err
        assert b"Error" not in err
