"""A run on language models, from the command line to the record, against a provider that speaks real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from muster.domain.models.usage import Usage
from tests.fakes.processes import ROOT
from tests.fakes.provider_script import Step, say, status
from tests.fakes.provider_server import ProviderServer

PATIENCE = 60.0
AGENTS = "security-auditor,code-reviewer,architecture-analyst"
SETTINGS = """
model = "openai"
fallback = ["anthropic"]
retries = 1

[providers.openai]
url = "{url}/v1"
requests = {requests}

[providers.anthropic]
url = "{url}"
"""
APP = "import os\n\nx = eval(input())\n"
OWN = {
    "path": "app.py", "line": 3, "quote": "x = eval(input())", "message": "runs what a user types",
    "severity": "high", "category": "security",
}  # fmt: skip


def report(usage: Usage, *findings: object) -> Step:
    """An agent's answer."""
    return say(json.dumps({"summary": "Looked.", "findings": findings}), usage=usage)


class Desk:
    """Somebody with a project, keys, and settings that name the server as each of their providers."""

    def __init__(self, home: Path, server: ProviderServer, requests: int = 1000) -> None:
        self.server = server
        self.project = home / "project"
        self.project.mkdir()
        (self.project / "app.py").write_text(APP)
        folder = home / "config" / "muster"
        folder.mkdir(parents=True)
        (folder / "muster.toml").write_text(SETTINGS.format(url=server.url, requests=requests))
        self.env = {
            **os.environ,
            "XDG_CONFIG_HOME": str(home / "config"),
            "MUSTER_DATA_DIR": str(home / "data"),
            "OPENAI_API_KEY": "sk-test-not-a-key-1",
            "ANTHROPIC_API_KEY": "sk-test-not-a-key-2",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "120",
        }

    async def __call__(self, *args: str, **env: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of one command."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "muster", *args, cwd=self.project, env={**self.env, **env},
            stdout=pipe, stderr=pipe,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


def calls(shown: str) -> list[list[str]]:
    """The rows of the section on model calls, without the agents' names."""
    section = shown.split("Model calls: ")[1].split("\n\n", maxsplit=1)[0].splitlines()[1:]
    return [[part.strip() for part in line.strip().split("  ") if part.strip()] for line in section]


@pytest.mark.slow
async def test_a_fallback_a_rate_limit_and_a_budget_stop_are_shown_with_every_attempt(tmp_path: Path) -> None:
    """The first agent's model is over its limit, then breaks: another provider answers. The second spends what
    there is; for the third neither provider is called, and the report says what that would have cost."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(
            status(429, retry_after=0.2),
            status(500),
            report(Usage(input=1000, output=100), OWN),
            report(Usage(input=130_000, output=100)),
        )
        code, _, err = await desk(
            "run", "review app.py", "--agents", AGENTS, "--pattern", "sequential", "--budget", "0.40"
        )
        assert (code, len(server.received)) == (5, 4), err
        _, shown, _ = await desk("show")
        _, kept, _ = await desk("show", "--json")
        _, costs, _ = await desk("costs", "--by", "model", "--json")

    asked = [(got.path, str(got.body["model"]).partition("-")[0]) for got in server.received]
    assert asked == [("/v1/responses", "gpt")] * 2 + [("/v1/messages", "claude"), ("/v1/responses", "gpt")]
    run = json.loads(kept)["run"]
    attempts = [attempt for agent in run["agents"] for attempt in agent["attempts"]]
    assert [(a["provider"], a["error"], a["fallback"]) for a in attempts] == [
        ("openai", "rate_limit", False),
        ("openai", "server", False),
        ("anthropic", None, True),
        ("openai", None, False),
        ("openai", "budget", False),
        ("anthropic", "budget", True),
    ]
    assert attempts[1]["waited"] >= 0.2
    assert Decimal(attempts[4]["spared"]) > Decimal("0.40") - Decimal(attempts[3]["cost"])
    paid = sum(Decimal(attempt["cost"]) for attempt in attempts)
    assert Decimal("0.25") < paid < Decimal("0.40")
    assert sum(Decimal(total["cost"]) for total in json.loads(costs)["totals"]) == paid
    rows = [row for row in calls(shown) if len(row) > 2]
    assert [row[2] for row in rows] == [
        "rate limit", "server", "answered (fallback)", "answered", "budget", "budget (fallback)",
    ]  # fmt: skip
    assert "not made, up to $0.1" in shown
    said = {finding["rule"]: finding["sources"] for finding in run["report"]["findings"]}
    assert said["S307"] == ["anthropic/claude-sonnet-5-5", "ruff-security"], "the model agrees with the tool"


async def test_our_own_rate_limit_makes_a_call_wait_or_refuses_it(tmp_path: Path) -> None:
    """One request a minute: the second agent's turn is too far off for its five seconds, so it is not called."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server, requests=1)
        server.play(report(Usage(input=10, output=5)))
        code, kept, _ = await desk(
            "run", "review app.py", "--agents", "security-auditor,code-reviewer", "--pattern", "sequential",
            "--max-seconds", "8", "--json", MUSTER_FALLBACK="openai/gpt-4o-mini",
        )  # fmt: skip

    attempts = [agent["attempts"] for agent in json.loads(kept)["run"]["agents"]]
    assert attempts[0][0]["error"] is None
    assert attempts[1][0]["error"] == "our_limit"
    assert "leaves no room" in attempts[1][0]["detail"]
    assert {got.body["model"] for got in server.received[1:]} <= {"gpt-4o-mini"}
    assert code in {0, 5}


REFUSALS: dict[str, tuple[dict[str, str], list[str], tuple[str, ...]]] = {
    "no key": (
        {"ANTHROPIC_API_KEY": ""},
        ["--model", "anthropic"],
        ("anthropic/claude", "ANTHROPIC_API_KEY"),
    ),
    "an unknown model": ({}, ["--model", "openai/gpt-99"], ("'openai/gpt-99'", "gpt")),
    "an unknown provider": ({}, ["--model", "opennai"], ("opennai", "openai")),
}


@pytest.mark.parametrize(("env", "args", "words"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_model_that_cannot_be_had_is_said_before_anything_is_sent(
    tmp_path: Path, env: dict[str, str], args: list[str], words: tuple[str, ...]
) -> None:
    """Which model, what is missing, what to do."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        code, out, err = await desk("run", "review app.py", *args, **env)
    assert (code in {2, 4}, out, server.received) == (True, "", [])
    for word in words:
        assert word in err
    assert "hint: " in err


ANSWERS: dict[str, tuple[list[Step], str, str]] = {
    "a wrong key": ([status(401)], "authentication", "OPENAI_API_KEY"),
    "a model that is gone": ([status(404)], "not_found", "muster models"),
    "words instead of JSON": ([say("Looks good to me!")], "", "did not answer with the report"),
    "an empty answer": ([say("")], "bad_answer", "openai/"),
}


@pytest.mark.parametrize(("steps", "kind", "words"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_a_model_that_gives_nothing_fails_its_agent_and_keeps_the_evidence(
    tmp_path: Path, steps: list[Step], kind: str, words: str
) -> None:
    """The error names provider and model and says what to do; what the tools found is reported all the same."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(*steps)
        code, kept, _ = await desk(
            "run", "review app.py", "--agents", "security-auditor", "--json",
            MUSTER_FALLBACK="openai/gpt-4o-mini", MUSTER_RETRIES="0",
        )  # fmt: skip
    run: dict[str, Any] = json.loads(kept)["run"]
    (agent,) = run["agents"]
    assert (code, agent["status"]) == (5, "failed")
    assert words in agent["error"]
    assert kind in {"", *(attempt["error"] for attempt in agent["attempts"])}
    assert [finding["rule"] for finding in run["report"]["findings"]] == ["S307"]


async def test_no_secret_of_the_project_leaves_the_machine(tmp_path: Path) -> None:
    """In the document that the model is sent, and when it blocks, nothing is sent at all."""
    token = "ghp_" + "a1B2c3D4e5F6" * 3
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        (desk.project / "app.py").write_text(f'{APP}token = "{token}"\n')
        server.play(report(Usage(input=10, output=5)))
        await desk("run", f"review app.py, its token is {token}", "--agents", "security-auditor")
        sent = len(server.received)
        assert sent > 0
        assert all(token not in json.dumps(got.body) for got in server.received)
        code, kept, _ = await desk(
            "run", f"review app.py, its token is {token}", "--agents", "security-auditor", "--json",
            MUSTER_PRIVACY="block",
        )  # fmt: skip
        assert len(server.received) == sent
    assert code == 1  # the gate, for the tools found the secret
    assert json.loads(kept)["run"]["agents"][0]["attempts"][0]["error"] == "blocked"
