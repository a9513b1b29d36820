"""`muster learned`, with a memory of runs and a house of no more than it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from click.testing import CliRunner, Result

from muster.application.orchestrators.meta import MetaOrchestrator
from muster.application.services.outcomes import OutcomeMemory
from muster.application.use_cases.plan_task import PlanTask
from muster.container.learning import forget_learning, show_learning
from muster.domain.agents.roster import ROSTER
from muster.domain.memory.run_outcome import RunOutcome
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.presentation.cli import session
from muster.presentation.cli.commands import learned
from tests.fakes.builders import JUDGE
from tests.fakes.clock import FakeClock
from tests.fakes.outcomes import outcome as one
from tests.fakes.outcomes import outcomes, worked
from tests.fakes.workspace import FakeWorkspace

TASK = "look for vulnerabilities"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> OutcomeMemory:
    """An empty memory behind the one door."""
    memory = OutcomeMemory(InProcessLongTermStore())
    meta = MetaOrchestrator(ROSTER, lambda _: JUDGE, memory.recall, runs=memory.runs.recall)
    plans = PlanTask(FakeWorkspace({"app.py": "x = 1\n"}, "."), meta)
    house = SimpleNamespace(
        show_learning=lambda: show_learning(memory, plans),
        forget_learning=lambda: forget_learning(memory, FakeClock()),
    )

    @contextmanager
    def open_session(root: str = ".", overrides: object = None) -> Iterator[Any]:
        yield house

    monkeypatch.setattr(session, "open_session", open_session)
    return memory


def fill(memory: OutcomeMemory, known: Sequence[RunOutcome]) -> None:
    """Remember these runs."""

    async def remember() -> None:
        for each in known:
            await memory.runs.remember(each)

    anyio.run(remember)


def ran(*args: str) -> Result:
    """What the command line says."""
    result = CliRunner().invoke(learned.command, args)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


WON = outcomes("refinement", 9) + outcomes("sequential", 0, 9, first=20)


def test_an_empty_memory_says_so(kept: OutcomeMemory) -> None:
    """And what fills it."""
    assert ran().output == "nothing is remembered yet: every run that ends adds to it\n"


def test_runs_patterns_and_agents_are_listed(kept: OutcomeMemory) -> None:
    """The newest ten of nineteen, and how everybody did."""
    fill(kept, [*WON, one(40, "debate", team=[worked("critic", failed=True)])])
    lines = [" ".join(line.split()) for line in ran().output.splitlines()]
    assert lines[1].startswith("run-040 2024-05-17")
    assert lines[1].endswith("passed debate 1 security: security audit")
    assert lines[11] == "… and 9 more (--json has all)"
    assert {"refinement 9 of 9 9 of 9", "sequential 0 of 9 9 of 9", "critic 0 of 1 –"} <= set(lines)
    assert lines[-1] == "estimates were right in 19 of 19 runs"


def test_it_shows_what_is_planned_otherwise(kept: OutcomeMemory) -> None:
    """Both plans, and the reasons that come from earlier runs."""
    fill(kept, WON)
    text = " ".join(ran("--task", TASK).output.split())
    assert "as learned: refinement of security-auditor, critic;" in text
    assert "--no-history: sequential of security-auditor;" in text
    assert "pattern refinement: passed 9 of 9 similar runs, sequential 0 of 9 (the last one: run-009)" in text


def test_it_says_when_nothing_changes(kept: OutcomeMemory) -> None:
    """An empty memory has no advice."""
    assert "what is remembered changes nothing in it" in ran("--task", TASK).output


def test_json_has_everything(kept: OutcomeMemory) -> None:
    """All runs, both plans."""
    fill(kept, WON)
    told = json.loads(ran("--task", TASK, "--json").output)
    assert len(told["runs"]) == 18
    assert told["estimates"] == {"right": 18, "of": 18, "last": "run-028"}
    assert (told["plans"]["learned"]["pattern"], told["plans"]["without_history"]["pattern"]) == (
        "refinement",
        "sequential",
    )


def test_it_forgets(kept: OutcomeMemory) -> None:
    """One run, then all."""
    fill(kept, WON)
    assert ran("forget", "run-003").output == "1 entry forgotten\n"
    assert json.loads(ran("forget", "--all", "--json").output)["forgotten"] == 17
    assert anyio.run(kept.runs.recall) == ()


def test_options_before_forget_are_not_lost_in_silence(kept: OutcomeMemory) -> None:
    """They would have no meaning."""
    result = CliRunner().invoke(learned.command, ["--json", "forget", "--all"])
    assert result.exit_code == 2
    assert "options go behind forget" in result.output
