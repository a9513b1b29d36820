"""The provider of the crash test: it keeps, outside of all processes that are killed, what it was asked, in order.

In its own process: python -m tests.chaos.provider LOG --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import resource
import time
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from tests.fakes.provider_script import Step, after, call_tools, choose, say
from tests.fakes.provider_server import ProviderServer

from .team import LOOK, WRITE

RUN, AGENT = re.compile(r"RUN\[(\d+)\]"), re.compile(r"AGENT\[(\w+)\]")
REPORT = json.dumps({"summary": "All looked at.", "findings": []})
QUICKEST, SLOWEST = 0.05, 0.15


class Counting:
    """Answers by what a request tells, and writes down which step of which run it belongs to as it comes."""

    def __init__(self, log: TextIOWrapper, seed: int) -> None:
        self._log = log
        self._random = random.Random(seed)

    def step(self, body: Mapping[str, object]) -> Step:
        """The answer, a moment later: look something up, append a line, report."""
        text = json.dumps(body)
        run, agent = RUN.search(text), AGENT.search(text)
        assert run is not None, "a request does not tell its run"
        assert agent is not None, "a request does not tell its agent"
        number = 1 + results_in(body)
        step = f"{run[1]}/{agent[1]}/{number}"
        self._log.write(json.dumps({"step": step, "at": time.monotonic()}) + "\n")
        self._log.flush()
        return after(self._random.uniform(QUICKEST, SLOWEST), answer(step, number))


def answer(step: str, number: int) -> Step:
    """What the model says in that round."""
    arguments = json.dumps({"step": step})
    return {1: call_tools((LOOK, arguments)), 2: call_tools((WRITE, arguments))}.get(number, say(REPORT))


def results_in(body: Mapping[str, object]) -> int:
    """How many results of tools a request brings, in whatever wire format."""
    said = body.get("messages") or body.get("input")
    messages: list[Any] = said if isinstance(said, list) else []
    contents = [one["content"] for one in messages if isinstance(one.get("content"), list)]
    parts = [part for content in contents for part in content]
    alone = [
        one for one in messages if one.get("role") == "tool" or one.get("type") == "function_call_output"
    ]
    return len(alone) + len([part for part in parts if part.get("type") == "tool_result"])


async def serve(log: Path, seed: int, port: int) -> None:
    """Serve until the process is ended; prints the URL as its first line."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with log.open("a", encoding="utf-8") as file:
        server = ProviderServer(record=False)
        server.play(choose(Counting(file, seed).step))
        await server.start(port)
        print(server.url, flush=True)  # noqa: T201 - whoever started this process reads it
        await asyncio.Event().wait()


def main() -> None:
    """Read the options, and serve."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("log", type=Path)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--port", type=int, default=0)
    given = options.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(given.log, given.seed, given.port))


if __name__ == "__main__":
    main()
