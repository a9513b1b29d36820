"""The tasks that every contender does, and how one process is measured while it does them.

A contender is run as `python -m benchmarks.peers.NAME WHAT URL`; it prints one line of JSON. Only the standard
library is used here: contenders live in environments of their own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import resource
import statistics
import sys
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path

MODEL = "gpt-4o-mini"
KEY = "sk-test-not-a-key"
PATIENCE = (
    120.0  # seconds: a thousand connections at once take longer than libraries wait unless told otherwise
)
QUESTION = "What is the weather like in Graz today, and what does that mean for a walk?"
INSTRUCTIONS = "You are a helpful assistant. Answer in one short sentence."
CHAIN = (
    "You gather what is known about a question. Answer in one short sentence.",
    "You judge what somebody else gathered. Answer in one short sentence.",
    "You write the answer that a reader gets. Answer in one short sentence.",
)
EXPECTED = "forty-two"
TOOL_NAME = "weather"
TOOL_TEXT = "Tell the weather in a city."
TOOL_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TURNS, TOOL_TURNS, CHAINS, ROUNDS_OF_50 = 120, 60, 40, 5
WALKS = 11
CROWD = 1000

asked: list[str] = []


def weather(city: str) -> str:
    """Tell the weather in a city."""
    asked.append(city)
    return f"It is sunny in {city}."


class Contender(ABC):
    """One library at the tasks; made once a process and used for all of them."""

    @abstractmethod
    async def turn(self) -> str:
        """Ask the question with the instructions; the answer's text."""

    @abstractmethod
    async def tool_turn(self) -> str:
        """The same with the tool on offer, which the model calls once."""

    @abstractmethod
    async def chain(self) -> str:
        """Three agents one after the other; each is told what the one before it said."""

    async def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of connections."""


Task = Callable[[], Awaitable[str]]


async def _checked(task: Task) -> None:
    answer = await task()
    if EXPECTED not in answer:
        raise RuntimeError(f"the answer is not the server's: {answer!r}")


async def _cpu(task: Task, times: int) -> float:
    """Milliseconds of CPU a task, after a warm-up."""
    for _ in range(max(5, times // 10)):
        await _checked(task)
    gc.collect()
    before = time.process_time()
    for _ in range(times):
        await _checked(task)
    return (time.process_time() - before) / times * 1000


async def _at_once(task: Task, times: int) -> None:
    await asyncio.gather(*(_checked(task) for _ in range(times)))


async def measure_cpu(one: Contender) -> dict[str, float]:
    """CPU a turn, a tool turn, a chain, and a turn among 50 at once."""
    told = {"turn": await _cpu(one.turn, TURNS)}
    asked.clear()
    told["tool turn"] = await _cpu(one.tool_turn, TOOL_TURNS)
    if len(asked) != TOOL_TURNS + max(5, TOOL_TURNS // 10):
        raise RuntimeError(f"the tool ran {len(asked)} times")
    told["chain of 3"] = await _cpu(one.chain, CHAINS)
    await _at_once(one.turn, 50)
    before = time.process_time()
    for _ in range(ROUNDS_OF_50):
        await _at_once(one.turn, 50)
    told["50 at once"] = (time.process_time() - before) / (50 * ROUNDS_OF_50) * 1000
    return told


async def measure_fan(one: Contender) -> dict[str, float]:
    """Wall time of ten agents at once, whose answers take 100 ms each."""
    walls = []
    await _at_once(one.turn, 10)
    for _ in range(WALKS):
        before = time.perf_counter()
        await _at_once(one.turn, 10)
        walls.append((time.perf_counter() - before) * 1000)
    return {"fan of 10": statistics.median(walls), "its best": min(walls)}


def _resident(key: str) -> int:
    """Kilobytes of this process, now (VmRSS) or at most since `_forget_peak` (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def measure_memory(one: Contender) -> dict[str, float]:
    """Kilobytes that the process grows by, for each of a thousand turns whose answers are all awaited at once."""
    await _at_once(one.turn, 3)
    gc.collect()
    _forget_peak()
    before = _resident("VmRSS")
    await _at_once(one.turn, CROWD)
    return {"memory": (_resident("VmHWM") - before) / CROWD}


MEASURES = {"cpu": measure_cpu, "fan": measure_fan, "memory": measure_memory}


def main(make: Callable[[str], Contender]) -> None:
    """Measure what the command line names at the server that it names, and print it."""
    what, url = sys.argv[1:3]
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    async def run() -> dict[str, float]:
        one = make(url)
        try:
            return await MEASURES[what](one)
        finally:
            await one.close()

    print(json.dumps(asyncio.run(run())))
