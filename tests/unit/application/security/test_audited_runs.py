"""What the wrappers of models, tools and journals tell the audit log, and what they never do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from muster.application.models.metered import MeteredModel
from muster.application.security.audit_trail import AuditTrail
from muster.application.security.audited_journal import AuditedJournal
from muster.application.security.audited_model import AuditedModel
from muster.application.security.audited_tools import AuditedExecutor
from muster.application.turns.executors import FunctionExecutor
from muster.application.turns.function_tool import FunctionTool
from muster.domain.errors import ErrorKind, ModelFailure, StorageError
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import CallContext, ModelRequest
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.domain.ports.audit_log import AuditLog
from muster.domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict, Detail
from muster.domain.security.paths import inside
from muster.domain.tools.spec import ToolCategory
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from tests.fakes.builders import plan
from tests.fakes.clock import START, FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying
from tests.fakes.token_counter import FakeTokenCounter

Told = tuple[str, str, str, dict[str, Detail]]


class Broken(AuditLog):
    """A log that keeps nothing while it is `full`."""

    full = True

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """Refused, or taken."""

        async def kept() -> AuditRecord:
            if self.full:
                raise StorageError("no room", code="storage-full")
            return AuditRecord(number=1, at=START, event=event)

        return kept()

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """None."""
        return ()

    async def verify(self) -> AuditVerdict:
        """Empty."""
        return AuditVerdict(events=0, files=0)


@pytest.fixture
def log() -> InMemoryAuditLog:
    """Empty."""
    return InMemoryAuditLog(FakeClock())


@pytest.fixture
def trail(log: InMemoryAuditLog) -> AuditTrail:
    """To that log, in the name of ada."""
    return AuditTrail(lambda: log, "ada")


async def told(log: AuditLog) -> list[Told]:
    """Type, actor, subject and details of each event."""
    events = [one.event for one in await log.get_events()]
    return [(one.type.value, one.actor, one.subject, dict(one.details)) for one in events]


def model(trail: AuditTrail, *script: Step) -> AuditedModel:
    """One that plays a script, metered and audited."""
    metered = MeteredModel(ScriptedModel(script), MemoryCostLedger(), FakeTokenCounter(), FakeClock())
    return AuditedModel(metered, trail)


async def ask(asked: AuditedModel, text: str, agent: str = "scribe") -> None:
    """A request with that text, heard to its end."""
    request = ModelRequest((Message(Role.USER, text),), context=CallContext("run-1", agent))
    async for _ in asked.stream(request):
        pass


async def test_a_request_is_told_with_what_it_took_and_without_its_text(
    log: InMemoryAuditLog, trail: AuditTrail
) -> None:
    """Whether something was taken out of it before, too; of a failure its kind."""
    await ask(model(trail, *saying("marmalade")), "plain")
    await ask(model(trail, *saying("marmalade")), "use [****github-token]", agent="")
    with pytest.raises(ModelFailure):
        await ask(model(trail, ModelFailure("busy", kind=ErrorKind.RATE_LIMIT)), "plain")
    taken = {"provider": "fake", "tokens_in": 10, "tokens_out": 5, "usd": 0.00002}
    nothing = {"provider": "fake", "tokens_in": 0, "tokens_out": 0, "usd": 0.0}
    assert await told(log) == [
        ("model-request", "scribe", "fake/scripted", {**taken, "outcome": "ok", "redacted": False}),
        ("model-request", "ada", "fake/scripted", {**taken, "outcome": "ok", "redacted": True}),
        ("model-request", "scribe", "fake/scripted", {**nothing, "outcome": "rate_limit", "redacted": False}),
    ]
    assert {one.event.run for one in await log.get_events()} == {"run-1"}


async def test_an_event_that_is_lost_stops_the_next_request_once() -> None:
    """Then it is tried again: there may be room by now."""
    log = Broken()
    trail = AuditTrail(lambda: log, "ada")
    await ask(model(trail, *saying("x")), "one")
    await trail.flush()
    with pytest.raises(StorageError, match="no room"):
        await ask(model(trail, *saying("x")), "two")
    log.full = False
    await ask(model(trail, *saying("x")), "three")


def tools(trail: AuditTrail, place: Path, granted: frozenset[str] = frozenset()) -> AuditedExecutor:
    """A tool that reads, one that writes, and one that needs a permission."""

    async def look(path: str) -> str:
        return inside(path)

    async def put(path: str, text: str) -> str:
        (place / inside(path)).write_text(text)
        return "done"

    async def launch(command: str) -> str:
        return command

    made = {
        "look": FunctionTool(look),
        "put": FunctionTool(put, writes=True, category=ToolCategory.WRITE),
        "launch": FunctionTool(launch, category=ToolCategory.SYSTEM, permissions=frozenset({"run"})),
    }
    return AuditedExecutor(FunctionExecutor(made, granted), trail, "run-1", "scribe", granted)


def call(name: str, **arguments: str) -> ToolCall:
    """A call of that tool."""
    return ToolCall("c1", name, json.dumps(arguments))


async def test_what_writes_is_told_before_and_after_with_its_target_and_without_its_content(
    log: InMemoryAuditLog, trail: AuditTrail, tmp_path: Path
) -> None:
    """What reads is not told; of a command its program stands there, and not its arguments."""
    mine = tools(trail, tmp_path, frozenset({"run"}))
    assert (await mine.execute(call("look", path="a.txt"), 5)).ok
    assert (await mine.execute(call("put", path="a.txt", text="marmalade"), 5)).ok
    assert (await mine.execute(call("launch", command="/usr/bin/git push --token=x"), 5)).ok
    assert [one[2:] for one in await told(log)] == [
        ("put", {"kind": "write", "target": "a.txt", "outcome": "begun"}),
        ("put", {"kind": "write", "target": "a.txt", "outcome": "ok"}),
        ("launch", {"kind": "execute", "target": "git", "outcome": "begun"}),
        ("launch", {"kind": "execute", "target": "git", "outcome": "ok"}),
    ]
    assert "marmalade" not in str(await told(log))


async def test_what_is_refused_is_told_by_kind_and_place(
    log: InMemoryAuditLog, trail: AuditTrail, tmp_path: Path
) -> None:
    """A permission that is missing, and a path that leads out, of which the value is not told."""
    mine = tools(trail, tmp_path)
    assert not (await mine.execute(call("launch", command="ls"), 5)).ok
    assert not (await mine.execute(call("look", path="../../secret/plan"), 5)).ok
    assert not (await mine.execute(call("nothing"), 5)).ok
    assert await told(log) == [
        ("permission-denied", "scribe", "launch", {"needs": "run"}),
        (
            "security-violation", "scribe", "look",
            {"what": "a path leads outside of the folder", "argument": "path"},
        ),
    ]  # fmt: skip


def written_in(place: Path) -> list[str]:
    """Names of files."""
    return [path.name for path in place.iterdir()]


async def test_what_cannot_be_told_first_is_not_done(tmp_path: Path) -> None:
    """The model hears why; what reads goes on."""
    log = Broken()
    mine = tools(AuditTrail(lambda: log, "ada"), tmp_path)
    result = await mine.execute(call("put", path="a.txt", text="x"), 5)
    assert "could not be recorded first: no room" in result.failure
    assert written_in(tmp_path) == []
    assert (await mine.execute(call("look", path="a.txt"), 5)).ok


async def test_the_event_is_on_the_disk_when_the_tool_does_its_work(tmp_path: Path) -> None:
    """With everything that was noted before it."""
    log = JsonLinesAuditLog(tmp_path / "audit", tmp_path / "seals", FakeClock())
    trail = AuditTrail(lambda: log, "ada")
    seen: list[bytes] = []

    async def put() -> None:
        seen.append((tmp_path / "audit" / "audit-000001.jsonl").read_bytes())

    inner = FunctionExecutor({"put": FunctionTool(put, writes=True)})
    trail.note(AuditEventType.MODEL_REQUEST, "before")
    await AuditedExecutor(inner, trail, "run-1", "scribe", frozenset()).execute(ToolCall("c", "put", "{}"), 5)
    assert [json.loads(line)["subject"] for line in seen[0].splitlines()] == ["before", "put"]
    await trail.flush()
    assert [one.event.details.get("outcome") for one in await log.get_events()] == [None, "begun", "ok"]


async def test_a_call_that_is_cancelled_is_told_as_such(log: InMemoryAuditLog, trail: AuditTrail) -> None:
    """It may have done its work."""
    inner = FunctionExecutor({"wait": FunctionTool(asyncio.Event().wait, name="wait", writes=True)})
    mine = AuditedExecutor(inner, trail, "run-1", "scribe", frozenset())
    running = asyncio.ensure_future(mine.execute(ToolCall("c", "wait", "{}"), 5))
    await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [one[3]["outcome"] for one in await told(log)] == ["begun", "cancelled"]


async def test_questions_are_told_once_and_answers_before_they_count(
    log: InMemoryAuditLog, trail: AuditTrail
) -> None:
    """Other words and events are not told."""
    inner = MemoryRunJournal()
    journal = AuditedJournal(inner, trail)
    run = RunRecord("run-1", plan("one"), RunStatus.RUNNING, START)
    epoch = await journal.create(run)

    def event(number: int, key: str, kind: str) -> Record:
        return Record(number, RecordKind.EVENT, key, START, epoch, json.dumps({"kind": kind, "words": "x"}))

    journal.note(run.id, epoch, [event(1, "waiting:approve:a#1", "approval"), event(2, "waiting:t", "timer")])
    await journal.append(run.id, epoch, [event(3, "waiting:approve:a#1", "approval"), event(4, "a#1", "x")])
    for name, payload in (
        ("approve:a#1", '{"approved": true}'),
        ("approve:b#1", '{"approved": false}'),
        ("doubt:c#1", '{"do": "skip"}'),
        ("cancel", "{}"),
    ):
        await journal.signal(run.id, Signal(name, payload, START, "eve"))
    assert await told(log) == [
        ("approval", "muster", "a#1", {"what": "asked", "kind": "approval"}),
        ("approval", "eve", "a#1", {"what": "granted"}),
        ("approval", "eve", "b#1", {"what": "refused"}),
        ("approval", "eve", "c#1", {"what": "refused"}),
    ]
    assert len(await inner.signals(run.id)) == 4


async def test_what_a_run_is_granted_is_told_before_it_begins(
    log: InMemoryAuditLog, trail: AuditTrail
) -> None:
    """By whom, and what; of a run that only reads there is nothing to tell. What cannot be told is not begun."""
    granted = replace(plan("one"), granted=frozenset({"write", "run-tests"}))
    inner = MemoryRunJournal()
    await AuditedJournal(inner, trail).create(RunRecord("run-1", plan("one"), RunStatus.RUNNING, START))
    await AuditedJournal(inner, trail).create(RunRecord("run-2", granted, RunStatus.RUNNING, START))
    assert await told(log) == [("approval", "ada", "run-tests, write", {"what": "granted to the run"})]
    assert [one.event.run for one in await log.get_events()] == ["run-2"]
    with pytest.raises(StorageError):
        await AuditedJournal(inner, AuditTrail(Broken, "ada")).create(
            RunRecord("run-3", granted, RunStatus.RUNNING, START)
        )
    assert await inner.load("run-3") is None


async def test_an_answer_that_cannot_be_told_does_not_count() -> None:
    """The run goes on waiting."""
    log, inner = Broken(), MemoryRunJournal()
    journal = AuditedJournal(inner, AuditTrail(lambda: log, "ada"))
    run = RunRecord("run-1", plan("one"), RunStatus.RUNNING, START)
    await journal.create(run)
    with pytest.raises(StorageError, match="no room"):
        await journal.signal(run.id, Signal("approve:a", '{"approved": true}', START, "eve"))
    assert await inner.signals(run.id) == ()
