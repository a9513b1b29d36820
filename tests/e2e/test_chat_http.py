"""`chat` and `ask` as they are, against a provider that speaks real HTTP: what it receives, and what is paid."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.domain.models.usage import Usage
from tests.fakes.processes import ROOT
from tests.fakes.provider_script import say, stalls, status
from tests.fakes.provider_server import ProviderServer

from .support import Answer

PATIENCE = 60.0
SETTINGS = """
model = "anthropic/claude-sonnet-4-5"
retries = {retries}
fallback = {fallback}

[providers.anthropic]
url = "{url}"

[providers.lab]
kind = "compatible"
url = "{url}/v1"

[providers.ollama]
url = "{url}"
"""


class Desk:
    """Somebody whose settings name the server as each of their providers."""

    def __init__(self, home: Path, server: ProviderServer, retries: int = 0, fallback: str = "") -> None:
        self.server = server
        folder = home / "config" / "muster"
        folder.mkdir(parents=True)
        (folder / "muster.toml").write_text(
            SETTINGS.format(url=server.url, retries=retries, fallback=[fallback] if fallback else [])
        )
        self._env = {
            **os.environ,
            "XDG_CONFIG_HOME": str(home / "config"),
            "MUSTER_DATA_DIR": str(home / "data"),
            "ANTHROPIC_API_KEY": "sk-test-not-a-key",
            "PYTHONPATH": str(ROOT),
        }
        self._home = home

    async def start(self, *args: str) -> asyncio.subprocess.Process:
        """A command that is left to itself."""
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "muster",
            *args,
            cwd=self._home,
            env=self._env,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )

    async def __call__(self, *args: str, stdin: str = "") -> Answer:
        """A command to its end."""
        process = await self.start(*args)
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), PATIENCE)
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        assert b"Unclosed" not in err, err.decode()
        return Answer(process.returncode, out.decode(), err.decode())

    def bodies(self) -> list[dict[str, Any]]:
        """What the models were sent."""
        return [one.body for one in self.server.received]


@pytest.mark.slow
async def test_a_conversation_with_two_providers_in_one_pipe(tmp_path: Path) -> None:
    """Each is sent all that was said, in its own format; the answers are priced by the model that gave them."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(
            say("Paris.", usage=Usage(input=1000, output=100)), say("Two million.", usage=Usage(20, 5))
        )

        answer = await desk(
            "chat",
            "--system",
            "Be brief.",
            stdin="Capital of France?\n/model lab/some-model\nHow many live there?\n/cost\n",
        )

        assert (answer.code, answer.out) == (0, "Paris.\nTwo million.\n"), answer.err
        first, second = desk.bodies()
        assert first["model"] == "claude-sonnet-4-5"
        assert "Be brief." in str(first["system"])
        assert second["model"] == "some-model"
        assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "user"]
        assert "$0.0045; so far $0.0045" in answer.err
        assert "lab/some-model" in answer.err
        assert "unpriced" in answer.err


@pytest.mark.slow
async def test_a_conversation_goes_on_in_another_process(tmp_path: Path) -> None:
    """What failed is kept with its reason, and asked again."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(status(401), say("Here I am."))

        failed = await desk("chat", stdin="Are you there?\n")
        again = await desk("chat", "--continue", "--quiet", stdin="Hello?\n")

        assert (failed.code, failed.out) == (5, "")
        assert "anthropic/claude-sonnet-4-5" in failed.err
        assert (again.code, again.out, again.err) == (0, "Here I am.\n", "")
        assert "Are you there?\\n\\nHello?" in str(desk.bodies()[-1]["messages"])
        listed = (await desk("chat", "--list", "--json")).json()["conversations"]
        assert [(each["title"], each["entries"]) for each in listed] == [("Are you there?", 4)]


@pytest.mark.slow
async def test_several_models_are_compared(tmp_path: Path) -> None:
    """One that has no key takes nothing from the others; all are asked the same."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(say("Because."))

        answer = await desk(
            "ask",
            "Why?",
            "--models",
            "anthropic/claude-sonnet-4-5,openai/gpt-5,ollama/llama3,lab/x",
            "--json",
        )

        assert answer.code == 5, answer.err
        replies = [one["reply"] for one in answer.json()["answers"]]
        assert [reply["text"] for reply in replies] == ["Because.", "", "Because.", "Because."]
        assert "OPENAI_API_KEY is not set" in replies[1]["error"]
        assert replies[0]["cost"] is not None
        assert replies[3]["cost"] is None, "unpriced is unpriced"
        asked = [body["messages"] for body in desk.bodies() if "messages" in body]
        assert len(asked) == 3
        assert all("Why?" in str(messages) for messages in asked)


@pytest.mark.slow
async def test_waits_stand_ins_and_a_budget_are_told(tmp_path: Path) -> None:
    """A limited model is tried again, then another one answers; what is left does not pay for a second question."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server, retries=1, fallback="lab/spare")
        server.play(status(429, retry_after=0.6), status(429, retry_after=0.6), say("Because."))

        answer = await desk("chat", "--max-calls", "3", stdin="Why?\nReally?\n")

        assert (answer.code, answer.out) == (5, "Because.\n"), answer.err
        assert [body["model"] for body in desk.bodies()] == ["claude-sonnet-4-5"] * 2 + ["spare"]
        told = answer.err.splitlines()
        assert told[0] == "muster: anthropic/claude-sonnet-4-5: rate limit; still trying"
        assert "muster: lab/spare has answered in place of anthropic/claude-sonnet-4-5 (rate limit)" in told
        assert "0 of 3 are left" in answer.err
        assert "lab/spare" in (await desk("chat", "--list")).out, "who answered, not who was asked"


@pytest.mark.slow
async def test_an_interrupted_answer_ends_the_connection_and_is_kept(tmp_path: Path) -> None:
    """The provider sees that nobody listens any more; the words and an estimate of the cost are there."""
    async with ProviderServer() as server:
        desk = Desk(tmp_path, server)
        server.play(stalls("One moment"))
        process = await desk.start("chat")
        assert process.stdin is not None
        process.stdin.write(b"Think hard.\n")
        await process.stdin.drain()
        async with asyncio.timeout(PATIENCE):
            await _until(lambda: server.received)
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
            await _until(lambda: server.abandoned)
        assert process.returncode == 130
        assert b"muster chat --conversation chat-" in err
        kept = (await desk("chat", "--continue", stdin="/history\n/cost\n")).err
        assert "anthropic/claude-sonnet-4-5: One moment\n(the answer was cancelled)" in kept
        assert "about $0.0" in kept


async def _until(ready: Callable[[], object]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if ready():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("what was waited for did not happen")
