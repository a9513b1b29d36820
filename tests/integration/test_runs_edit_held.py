"""Edits of a run under bad luck: agents that fail or get in each other's way, drivers that are gone, locks, crashes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster import RunRecord, RunStatus, open_muster
from muster.application.services import edit_commit
from muster.application.services.edited_run import EditedRun
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.roster import LOOK, READ, ROSTER, WRITE
from muster.domain.errors import Fenced, StorageError
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind
from muster.domain.models.exchange import ModelEvent, ModelRequest
from muster.domain.orchestration.escalation import Escalation
from muster.domain.orchestration.run import AgentStatus
from muster.domain.workspace.edits import EditStatus
from muster.domain.workspace.locking import EditTicket
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.workspace.file_lock import FileEditLock
from tests.fakes.builders import template
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling
from tests.integration.test_runs_edit import BEFORE, DONE, NoEval, edit, mended, opened, read
from tests.integration.test_runs_edit import project as project  # noqa: PLC0414 - the fixture

MENDED = BEFORE.replace("eval(", "int(").encode()
DOWN: Sequence[Step] = [RuntimeError("provider down")]
AGAIN = RunOptions(escalation=Escalation(rounds=1))


def write(text: str, path: str = "app.py") -> Sequence[Step]:
    """A call of write-file."""
    return calling(("write-file", json.dumps({"path": path, "text": text})))


class Two(ScriptedModel):
    """Plays a script to each agent of its own, and keeps what each was told by its tools."""

    def __init__(self, **scripts: Sequence[Sequence[Step]]) -> None:
        super().__init__(DONE)
        self._each = {agent: ScriptedModel(*script) for agent, script in scripts.items()}

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """By the agent that asks."""
        self.requests.append(request)
        async for event in self._each[request.context.agent].stream(request):
            yield event

    def told(self, agent: str) -> list[str]:
        """What the last call of `agent` had before it."""
        return [message.content for message in self._each[agent].requests[-1].messages]


async def side_by_side(project: Path, model: ScriptedModel, journal: MemoryRunJournal) -> RunRecord:
    """Two agents that edit, at the same time, held to nothing."""
    others = dict.fromkeys(name for agent in ROSTER for name in agent.tools if name not in {*LOOK, *WRITE})
    async with open_muster(
        str(project),
        settings={"data_dir": str(project.parent / "data")},
        language_model=model,
        run_journal=journal,
        evidence_tools=[NoEval(), *(FakeEvidence(name) for name in others)],
        agents=[template(name, tools=(READ, *WRITE)) for name in ("one", "two")],
    ) as app:
        plan = await app.plan_task(
            "mend it", str(project), agents=["one", "two"], pattern="parallel", granted=("write",)
        )
        return await app.run_task(plan)


def status_of(run: RunRecord) -> EditStatus | None:
    """What became of the edits."""
    assert run.report is not None
    return run.report.edits.status if run.report.edits else None


async def test_nothing_of_what_a_failed_agent_has_edited_is_made(project: Path) -> None:
    """Half an edit would have passed the gates; the report says that it was taken back."""
    model = ScriptedModel(read(), edit("eval(", "int("), DOWN)
    async with opened(project, model, NoEval()) as app:
        run = await mended(app, project, "write")
    assert (project / "app.py").read_bytes() == BEFORE.encode()
    assert run.agents[0].status is AgentStatus.FAILED
    assert status_of(run) is None
    assert run.report is not None
    said = [decision.words for decision in run.report.decisions]
    assert "mender did not complete: its edits of app.py are taken back" in said


async def test_a_try_that_failed_leaves_nothing_to_the_next_one_at_whatever_crash(project: Path) -> None:
    """Law: from each record on the run ends with the edits of the second try, and only those."""
    first = [read(), edit("import os", "import sys"), DOWN]
    second = [read(), edit("eval(", "int("), DONE]
    journal = MemoryRunJournal()
    async with opened(project, ScriptedModel(*first, *second), NoEval(), journal) as app:
        whole = await mended(app, project, "write", options=AGAIN)
    assert (project / "app.py").read_bytes() == MENDED
    records = await journal.events(whole.id)
    assert [one.key for one in records if one.key.startswith("edits/")] == ["edits/1", "edits/2", "edits/3"]
    words = [decision.words for decision in whole.report.decisions] if whole.report else []
    end = next(n for n, one in enumerate(records) if one.key == "commit" and one.kind is RecordKind.RESULT)
    for cut in range(end + 1):
        run = await resumed(project, whole, records[:cut], [first, second])
        assert (project / "app.py").read_bytes() == MENDED, cut
        assert run.report is not None
        assert [decision.words for decision in run.report.decisions] == words, cut


async def resumed(
    project: Path, whole: RunRecord, kept: tuple[Record, ...], tries: Sequence[Sequence[Sequence[Step]]]
) -> RunRecord:
    """The run from `kept` on, with a model that answers what was not answered."""
    (project / "app.py").write_bytes(BEFORE.encode())
    rest: list[Sequence[Step]] = []
    for number, script in enumerate(tries, 1):
        if any(one.kind is RecordKind.AGENT and one.key == f"mender#{number}" for one in kept):
            continue
        place = f"mender#{number}/model/"
        done = sum(one.kind is RecordKind.RESULT and one.key.startswith(place) for one in kept)
        rest += script[done:]
    later = MemoryRunJournal()
    await later.adopt(RunDump(replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None), kept))
    async with opened(project, ScriptedModel(*rest, DONE), NoEval(), later) as app:
        return await app.resume_run(whole.id)


async def test_an_agent_that_has_not_seen_the_others_edit_is_told_and_both_are_there(project: Path) -> None:
    """Both read, one writes, the other writes the whole file: it has to read again."""
    (project / "app.py").write_text("a = 1\nb = 1\n")
    read_by_two, written, refused = asyncio.Event(), asyncio.Event(), write("a = 1\nb = 2\n")
    model = Two(
        one=[read(), [read_by_two, *write("a = 2\nb = 1\n")], [*DONE]],
        two=[read(), [written, *refused], read(), write("a = 2\nb = 2\n"), DONE],
    )
    journal = MemoryRunJournal()

    async def referee() -> None:
        """Lets one go on when two has read, and two when one has written."""
        keys: set[str] = set()
        while "edits/1" not in keys:
            await asyncio.sleep(0.01)
            runs = await journal.list(1)
            keys = {one.key for one in await journal.events(runs[0].id)} if runs else set()
            if any(key.startswith("two/two#1/tool/1") for key in keys):
                read_by_two.set()
        written.set()

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(referee())
        task = group.create_task(side_by_side(project, model, journal))
    run = task.result()
    assert any(
        "was changed by another agent since it was read (read it again" in text for text in model.told("two")
    )
    assert status_of(run) is EditStatus.COMMITTED
    assert (project / "app.py").read_text() == "a = 2\nb = 2\n"


async def test_edits_built_upon_those_of_a_failed_agent_are_a_conflict(project: Path) -> None:
    """The file is named with whose edits it rests on, and nothing at all is written."""
    (project / "app.py").write_text("a = 1\nb = 1\n")
    staged, built = asyncio.Event(), asyncio.Event()
    model = Two(
        one=[edit("a = 1", "a = 2"), [built, *DOWN]],
        two=[[staged, *edit("b = 1", "b = 2")], write("x\n", "new.py"), DONE],
    )
    journal = MemoryRunJournal()

    async def referee() -> None:
        keys: set[str] = set()
        while "edits/3" not in keys:
            await asyncio.sleep(0.01)
            runs = await journal.list(1)
            keys = {one.key for one in await journal.events(runs[0].id)} if runs else set()
            (staged if "edits/1" in keys else asyncio.Event()).set()
            (built if "edits/2" in keys else asyncio.Event()).set()

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(referee())
        task = group.create_task(side_by_side(project, model, journal))
    run = task.result()
    assert run.report is not None
    assert run.report.edits is not None
    assert run.report.edits.status is EditStatus.CONFLICT
    assert "'app.py' (of one/one#1)" in run.report.edits.reason
    assert (project / "app.py").read_text() == "a = 1\nb = 1\n"
    assert not (project / "new.py").exists()


async def test_a_driver_that_has_lost_the_run_writes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken over and cancelled by another process right before the edits are made."""
    journal = MemoryRunJournal()
    model = ScriptedModel(read(), edit("eval(", "int("), DONE)
    make = EditedRun._made

    async def late(self: EditedRun, *given: object) -> object:
        (line,) = await journal.list()
        taken = await journal.open(line.id, force=True)
        await journal.finish(replace(taken.run, status=RunStatus.CANCELLED), taken.epoch)
        return await make(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(EditedRun, "_made", late)
    async with opened(project, model, NoEval(), journal) as app:
        with pytest.raises(Fenced):
            await mended(app, project, "write")
    assert (project / "app.py").read_bytes() == BEFORE.encode()
    assert not any((project.parent / "data").glob("checkpoints/cp-*"))


async def test_a_lock_that_is_held_costs_no_edit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run waits with its edits, says for whom, and makes them when it is resumed; no model is asked again."""
    monkeypatch.setattr(edit_commit, "PATIENCE", timedelta(0))
    model = ScriptedModel(read(), edit("eval(", "int("), DONE)
    async with opened(project, model, NoEval()) as app:
        with closing(FileEditLock(project.parent / "data" / "locks", SystemClock())) as lock:
            ticket = lock.acquire(str(project), "somebody", 600.0)
            run = await mended(app, project, "write")
            still = await app.resume_run(run.id)
            lock.release(ticket)
        assert (run.status, still.status) == (RunStatus.WAITING, RunStatus.WAITING)
        assert "somebody" in run.waits[0].words
        assert (project / "app.py").read_bytes() == BEFORE.encode()
        done = await app.resume_run(run.id)
    assert status_of(done) is EditStatus.COMMITTED
    assert (project / "app.py").read_bytes() == MENDED
    assert len(model.requests) == 3


async def test_the_lock_is_taken_by_the_driver_and_not_by_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two drivers of one run are two owners: who was replaced is not let in beside its successor."""
    owners: list[str] = []
    acquire = FileEditLock.acquire

    def noted(self: FileEditLock, root: str, owner: str, seconds: float) -> EditTicket:
        owners.append(owner)
        return acquire(self, root, owner, seconds)

    monkeypatch.setattr(FileEditLock, "acquire", noted)
    journal = MemoryRunJournal()
    async with opened(project, ScriptedModel(read(), edit("eval(", "int("), DONE), NoEval(), journal) as app:
        run = await mended(app, project, "write")
    epoch = (await journal.events(run.id))[-1].epoch
    assert owners == [f"{run.id}/{epoch}"]


async def test_a_lock_that_is_free_in_time_is_waited_for(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to do anything."""
    monkeypatch.setattr(edit_commit, "FIRST_PAUSE", 0.01)
    journal = MemoryRunJournal()
    model = ScriptedModel(read(), edit("eval(", "int("), DONE)
    with closing(FileEditLock(project.parent / "data" / "locks", SystemClock())) as lock:
        ticket = lock.acquire(str(project), "somebody", 600.0)
        async with opened(project, model, NoEval(), journal) as app, asyncio.timeout(20):
            task = asyncio.create_task(mended(app, project, "write"))
            told: list[str] = []
            while "lock" not in told:
                await asyncio.sleep(0.01)
                runs = await journal.list(1)
                told = [one.key for one in await journal.events(runs[0].id)] if runs else []
            lock.release(ticket)
            assert status_of(await task) is EditStatus.COMMITTED
    assert (project / "app.py").read_bytes() == MENDED


async def test_edits_that_were_made_are_told_as_made_when_somebody_has_gone_on_from_there(
    project: Path,
) -> None:
    """The process ended between the edits and their record; then a person edits one of the files."""
    journal = MemoryRunJournal()
    model = ScriptedModel(read(), edit("eval(", "int("), DONE)
    async with opened(project, model, NoEval(), journal) as app:
        whole = await mended(app, project, "write")
    records = await journal.events(whole.id)
    end = next(n for n, one in enumerate(records) if one.key == "commit" and one.kind is RecordKind.RESULT)
    theirs = MENDED + b"# mine\n"
    (project / "app.py").write_bytes(theirs)
    later = MemoryRunJournal()
    begun = replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None)
    await later.adopt(RunDump(begun, records[:end]))
    async with opened(project, ScriptedModel(DONE), NoEval(), later) as app:
        run = await app.resume_run(whole.id)
    assert status_of(run) is EditStatus.COMMITTED
    assert run.report is not None
    assert whole.report is not None
    assert run.report.edits is not None
    assert run.report.edits == whole.report.edits
    assert (project / "app.py").read_bytes() == theirs


async def test_a_folder_that_has_changed_while_the_run_waited_is_looked_at_anew(project: Path) -> None:
    """A person's yes comes later: what the gates say then is about the files of then."""
    model, tool = ScriptedModel(read(), edit("import os", "z = eval('1')"), DONE), NoEval()
    options = RunOptions(escalation=Escalation(0, ladder=True))
    async with opened(project, model, tool) as app:
        run = await mended(app, project, "write", options=options)
        (project / "other.py").write_text("y = eval('2')\n")
        await app.answer_run(run.id, approved=True)
        done = await app.resume_run(run.id)
    assert {found.location.path for found in done.findings} == {"app.py", "other.py"}


async def test_a_journal_of_many_edits_of_a_large_file_grows_by_what_they_change(project: Path) -> None:
    """20 edits of 100 kB: the file once, and little more; from there the run goes on to the same bytes."""
    text = "".join(f"name_{number} = 1\n" for number in range(7000))
    (project / "app.py").write_text(text)
    asked = [
        ("edit-file", json.dumps({"path": "app.py", "old": f"name_{n} = 1\n", "new": f"name_{n} = 2\n"}))
        for n in range(100, 120)
    ]
    script = [read(), *(calling(*asked[n : n + 5]) for n in range(0, 20, 5)), DONE]
    journal = MemoryRunJournal()
    async with opened(project, ScriptedModel(*script), NoEval(), journal) as app:
        run = await mended(app, project, "write")
    kept = [one for one in await journal.events(run.id) if one.key.startswith("edits/")]
    sizes = [len(one.payload) for one in kept]
    assert len(sizes) == 20
    assert sum(sizes) < len(text) * 1.2 + 20 * 400
    assert max(sizes[1:]) < 400
    after = (project / "app.py").read_text()
    assert after.count("= 2\n") == 20


async def test_recorded_edits_that_do_not_fit_are_not_made(project: Path) -> None:
    """A journal with a gap in it gives no text that nobody has written."""
    journal = MemoryRunJournal()
    script = [read(), edit("import os", "import sys"), edit("eval(", "int("), DONE]
    async with opened(project, ScriptedModel(*script), NoEval(), journal) as app:
        whole = await mended(app, project, "write")
    (project / "app.py").write_bytes(BEFORE.encode())
    records = [one for one in await journal.events(whole.id) if one.key not in {"edits/1", "commit"}]
    shifted = [replace(one, key="edits/1") if one.key == "edits/2" else one for one in records]
    later = MemoryRunJournal()
    begun = replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None)
    await later.adopt(RunDump(begun, tuple(shifted)))
    async with opened(project, ScriptedModel(DONE), NoEval(), later) as app:
        with pytest.raises(StorageError, match=r"edits of 'app\.py' do not fit together"):
            await app.resume_run(whole.id)
    assert (project / "app.py").read_bytes() == BEFORE.encode()


async def test_a_journal_of_an_older_muster_goes_on(project: Path) -> None:
    """It kept all that was staged in one event, again and again; the newest holds."""
    journal = MemoryRunJournal()
    script = [read(), edit("import os", "import sys"), edit("eval(", "int("), DONE]
    async with opened(project, ScriptedModel(*script), NoEval(), journal) as app:
        whole = await mended(app, project, "write")
    after = BEFORE.replace("import os", "import sys").replace("eval(", "int(")
    assert (project / "app.py").read_bytes() == after.encode()
    (project / "app.py").write_bytes(BEFORE.encode())
    old = json.dumps({"edits": [{"path": "app.py", "before": BEFORE, "content": after}]})
    kept = [
        replace(one, key="edits", payload=old) if one.key.startswith("edits/") else one
        for one in await journal.events(whole.id)
        if one.key != "commit"
    ]
    later = MemoryRunJournal()
    begun = replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None)
    await later.adopt(RunDump(begun, tuple(kept)))
    async with opened(project, ScriptedModel(DONE), NoEval(), later) as app:
        run = await app.resume_run(whole.id)
    assert status_of(run) is EditStatus.COMMITTED
    assert (project / "app.py").read_bytes() == after.encode()


async def test_a_fork_from_a_call_that_edits_makes_that_edit_again_and_keeps_those_before(
    project: Path,
) -> None:
    """What the call had staged is not taken over: else it would find its own work in its way."""
    journal = MemoryRunJournal()
    script = [read(), edit("import os", "import sys"), edit("eval(", "int("), DONE]
    async with opened(project, ScriptedModel(*script), NoEval(), journal) as app:
        whole = await mended(app, project, "write")
        after = (project / "app.py").read_bytes()
        (project / "app.py").write_bytes(BEFORE.encode())
        call = next(one.key for one in await journal.events(whole.id) if "/tool/3/" in one.key)
        fork = await app.fork_run(whole.id, call)
    kept = await journal.events(fork.id)
    result = next(one for one in kept if one.key == call)
    assert json.loads(result.payload)["failure"] == ""
    assert [one.key for one in kept if one.key.startswith("edits/")] == ["edits/1", "edits/2"]
    assert (project / "app.py").read_bytes() == after
