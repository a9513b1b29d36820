"""Agents are reminded before they start, and leave what they learned: what the model really received."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from muster import Muster, RunRecord, open_muster
from muster.application.services.recalling import PART
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.roster import ROSTER
from muster.domain.memory.entry import Origin
from muster.domain.memory.pattern import PREFIX, pattern_data
from muster.domain.memory.run_outcome import project_of
from muster.domain.messaging.message import Role
from muster.domain.orchestration.run import AgentStatus
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from muster.infrastructure.tokens.model_counters import counter_for
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, model_info, saying
from tests.fakes.tiny_model import tiny_model
from tests.unit.application.use_cases.test_run_task import FIRST, project, team

__all__ = ["project"]

TASK = "look for vulnerabilities in the token checks"
LESSON = "Token checks hide vulnerabilities of the old library, which nobody calls"
FAR = "The office plants need water on Mondays"
DONE = saying(json.dumps({"summary": "all looked at"}))


def learned(*lessons: str) -> list[Step]:
    """An answer with lessons."""
    return saying(json.dumps({"summary": "all looked at", "lessons": lessons}))


async def put(
    store: InProcessLongTermStore, name: str, content: str, kind: str = "INTERNAL", **about: str
) -> None:
    """A lesson in memory."""
    data = pattern_data(content, "lesson", about)
    assert await store.store(f"{PREFIX}lesson-{name}", data, kind, origin=Origin(author="ann"), text=content)


@asynccontextmanager
async def opened(
    folder: str, model: ScriptedModel, store: InProcessLongTermStore, **settings: object
) -> AsyncIterator[Muster]:
    """Muster with two agents, and a memory that the test can look into."""
    looked_up = {"alpha", "beta", "search-workspace", "read-file"}
    others = dict.fromkeys(name for agent in ROSTER for name in agent.tools if name not in looked_up)
    async with open_muster(
        folder,
        settings={"data_dir": str(Path(folder).parent / "data"), **settings},
        language_model=model,
        long_term_store=store,
        run_journal=MemoryRunJournal(),
        evidence_tools=[FakeEvidence("alpha", FIRST), FakeEvidence("beta"), *map(FakeEvidence, others)],
        agents=team(),
    ) as app:
        yield app


def reminded(model: ScriptedModel) -> list[str]:
    """What is remembered in each request."""
    return [
        "".join(one.content for one in request.messages if one.metadata == PART) for request in model.requests
    ]


async def recalled(project: str, store: InProcessLongTermStore) -> list[str]:
    """Keys of what one agent is reminded of."""
    async with opened(project, ScriptedModel(DONE), store) as app:
        (agent,) = (await run(app)).agents
    return [one.key for one in agent.recalled]


async def run(app: Muster, options: RunOptions | None = None) -> RunRecord:
    """One agent at work."""
    plan = await app.plan_task(TASK, agents=["first"])
    return await app.run_task(plan, options=options or RunOptions())


async def test_a_lesson_that_has_to_do_with_the_task_stands_before_it_and_its_tokens_are_told(
    project: str,
) -> None:
    """With who said it and when; what is far, sensitive or another project's is told to no model."""
    model, store = ScriptedModel(DONE), InProcessLongTermStore()
    await put(store, "near", LESSON)
    await put(store, "far", FAR)
    await put(store, "secret", f"{LESSON}, says a patient", "SENSITIVE")
    await put(store, "theirs", f"{LESSON}, elsewhere", project=project_of("/another"))
    await put(store, "ours", f"{LESSON}, here", project=project_of(project))
    async with opened(project, model, store) as app:
        record = await run(app)
    (agent,) = record.agents
    assert {one.key for one in agent.recalled} == {"pattern/lesson-near", "pattern/lesson-ours"}
    assert [one.author for one in agent.recalled] == ["ann", "ann"]
    sent = model.requests[0].messages
    (told,) = [one for one in sent if one.metadata == PART]
    assert (told.role, sent.index(told) < len(sent) - 1, sent[-1].content.startswith("# Task")) == (
        Role.USER,
        True,
        True,
    )
    assert all(one.words in told.content for one in agent.recalled)
    assert (FAR in told.content, "patient" in told.content, "elsewhere" in told.content) == (
        False,
        False,
        False,
    )
    counter = counter_for(model_info())
    assert [one.tokens for one in agent.recalled] == [
        counter.count(one.words).tokens for one in agent.recalled
    ]


async def test_with_an_embedder_a_lesson_needs_no_word_of_the_task(project: str, tmp_path: Path) -> None:
    """Only its meaning; what is far stays away, and without an embedder so does what shares no word."""
    near = {"vulnerabilities": (1.0, 0.0), "weaknesses": (1.0, 0.2), "plants": (0.0, 1.0)}
    model = OnnxEmbedder(tiny_model(tmp_path / "model", meanings=near))
    by_meaning, by_words = InProcessLongTermStore(embedder=model), InProcessLongTermStore()
    for store in (by_meaning, by_words):
        await put(store, "near", "Weaknesses hid behind an allowlist nobody maintained")
        await put(store, "far", FAR)
        await put(store, "worded", LESSON)
    assert sorted(await recalled(project, by_meaning)) == ["pattern/lesson-near", "pattern/lesson-worded"]
    assert await recalled(project, by_words) == ["pattern/lesson-worded"]


async def test_what_is_recalled_fits_what_it_may_take(project: str) -> None:
    """The nearest first, whole; and nothing at all for 0."""
    store = InProcessLongTermStore()
    for number in range(9):
        await put(store, f"n{number}", f"{LESSON}, number {number}")
    for limit in (0, 30, 60):
        model = ScriptedModel(DONE)
        async with opened(project, model, store, recall_tokens=limit) as app:
            (agent,) = (await run(app)).agents
        took = sum(one.tokens for one in agent.recalled)
        assert (took <= limit, bool(agent.recalled)) == (True, limit > 0)
        assert ("# Remembered" in reminded(model)[0]) is (limit > 0)


async def test_what_agents_learned_is_kept_once_and_told_to_the_next_run(project: str) -> None:
    """With the agent and the run; long and many lessons are not kept, nor those of a run without memory."""
    store = InProcessLongTermStore()
    many = [LESSON, f"  {LESSON} ", "x" * 401, "b", "c", "d"]
    async with opened(project, ScriptedModel(learned(*many)), store) as app:
        await run(app, RunOptions(memory=False))
        assert await store.list_keys(prefix=PREFIX) == ()
        first = await run(app)
        await run(app)
    assert first.agents[0].lessons == (LESSON, "b", "c")
    keys = await store.list_keys(prefix=PREFIX)
    entries = {
        entry.data["content"]: entry
        for key in keys
        if (entry := await store.entry(key)) and isinstance(entry.data, dict)
    }
    assert set(entries) == {LESSON, "b", "c"}
    model = ScriptedModel(DONE)
    async with opened(project, model, store) as app:
        second = await run(app)
    (lesson,) = [one for one in second.agents[0].recalled if one.key != "findings"]
    assert lesson.author.startswith("first in run-")
    assert LESSON in reminded(model)[0]


async def test_a_model_is_told_what_is_known_and_what_a_person_dismissed(project: str) -> None:
    """So that it spends no words on it again."""
    model, store = ScriptedModel(calling(("alpha", "{}")), DONE), InProcessLongTermStore()
    async with opened(project, model, store) as app:
        first = await run(app)
        assert first.findings
        assert reminded(model)[0] == ""
        await run(app)
        known = reminded(model)[2]
        assert "do not describe them anew" in known
        assert all(one.rule in known for one in first.findings)
        await app.dismiss_finding(first.findings[0].fingerprint, why="of no harm here")
        third = await run(app)
    assert "of no harm here" in reminded(model)[-1]
    assert [one.key for one in third.agents[0].recalled] == ["findings"] * len(third.agents[0].recalled)


async def test_a_run_that_goes_on_is_reminded_of_the_same(project: str) -> None:
    """Whatever was learned meanwhile: what was sent stays what is sent."""
    store = InProcessLongTermStore()
    await put(store, "near", LESSON)
    model = ScriptedModel(calling(("alpha", "{}")), [asyncio.CancelledError()], DONE)
    async with opened(project, model, store) as app:
        plan = await app.plan_task(TASK, agents=["first"])
        with suppress(asyncio.CancelledError):
            await app.run_task(plan)
        await put(store, "later", f"{LESSON}, too")
        record = await app.resume_run(force=True)
    assert record.agents[0].status is AgentStatus.COMPLETED
    assert len(set(reminded(model))) == 1
    assert [one.key for one in record.agents[0].recalled] == ["pattern/lesson-near"]
