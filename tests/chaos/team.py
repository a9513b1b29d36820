"""What each run of the crash test does: three agents, and tools that leave a line for every time they were run."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path

from muster import AgentTemplate
from muster.application.turns.function_tool import FunctionTool
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.capability import Capability
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.approvals import DoubtPolicy
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import RunRecord
from muster.domain.tools.spec import ToolCategory

AGENTS = ("first", "second", "third")
PATTERNS = ("sequential", "parallel")
LOOK, WRITE, EVIDENCE = "look-up", "append-line", "alpha"
LOOKS, LINES = "looks.jsonl", "lines.jsonl"
POLICIES = tuple(DoubtPolicy)
TIERS = (ModelTier.CAPABLE, ModelTier.CHEAP, ModelTier.CAPABLE)
ROUND = 2
"""The round of an agent in which it appends its line."""
TOOL_SECONDS = 0.03
"""How long a tool takes before, and again after, it leaves its line."""


def templates() -> list[AgentTemplate]:
    """The agents; each says in its instructions who it is, so that the provider can tell."""
    return [
        AgentTemplate(
            agent, agent.title(), f"does {agent}", frozenset({Capability.CODE_REVIEW}), tier,
            (EVIDENCE, LOOK, WRITE), f"Work as AGENT[{agent}].",
        )
        for agent, tier in zip(AGENTS, TIERS, strict=True)
    ]  # fmt: skip


def key_of(number: int) -> str:
    """The idempotency key of a run."""
    return f"chaos-{number}"


def number_of(run: RunRecord) -> int:
    """Which run it is, by its key."""
    return int(run.idempotency_key.removeprefix("chaos-"))


def policy_of(number: int) -> DoubtPolicy:
    """What becomes of steps in doubt."""
    return POLICIES[number % len(POLICIES)]


def options_of(number: int) -> RunOptions:
    """How the run is driven."""
    return RunOptions(in_doubt=policy_of(number), idempotency_key=key_of(number))


def plan_of(number: int, plans: list[ExecutionPlan]) -> ExecutionPlan:
    """The run's plan: its task names it, so that every request tells whose it is, and the lines that are wanted."""
    plan = plans[number % len(plans)]
    lines = ", ".join(f"{number}/{agent}/{ROUND}" for agent in AGENTS)
    task = f"Review it for RUN[{number}], and append the lines {lines}."
    return replace(plan, requirements=replace(plan.requirements, task=task))


class Tools:
    """Tools that a host has added; each keeps a line with the step that it was run for, on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def look_up(self, step: str) -> str:
        """Look something up."""
        await asyncio.sleep(TOOL_SECONDS)
        self._leave(LOOKS, step)
        await asyncio.sleep(TOOL_SECONDS)
        return "it is there"

    async def append_line(self, step: str) -> str:
        """Append a line to a file."""
        await asyncio.sleep(TOOL_SECONDS)
        await asyncio.to_thread(self._leave, LINES, step)
        await asyncio.sleep(TOOL_SECONDS)
        return "appended"

    def _leave(self, name: str, step: str) -> None:
        line = json.dumps({"step": step, "at": time.monotonic()}) + "\n"
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def host_tools(tools: Tools) -> tuple[FunctionTool, ...]:
    """Two more tools: one that reads, and one that writes and must not be repeated."""
    return (
        FunctionTool(tools.look_up, name=LOOK),
        FunctionTool(tools.append_line, name=WRITE, category=ToolCategory.WRITE),
    )
