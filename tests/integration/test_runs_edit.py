"""Runs that change files: all their edits when the gates pass, and none otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from muster import Gate, Muster, RunRecord, RunStatus, Severity, Verdict, open_muster
from muster.application.use_cases.run_task import RunOptions
from muster.domain.agents.roster import READ, WRITE
from muster.domain.evidence.finding import Finding
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from muster.domain.evidence.severity import Category
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import RecordKind
from muster.domain.messaging.message import Role
from muster.domain.orchestration.approvals import Approvals
from muster.domain.orchestration.escalation import Escalation
from muster.domain.ports.evidence_tool import EvidenceTool
from muster.domain.ports.run_journal import RunJournal
from muster.domain.workspace.edits import EditStatus, FileStatus
from muster.domain.workspace.files import WorkspaceSnapshot
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import finding, template
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying

BEFORE = "import os\r\n\r\nx = eval(input())\r\n"
DONE = saying(json.dumps({"summary": "mended"}))


class NoEval(EvidenceTool):
    """Really looks for eval( in the files that it is shown."""

    def __init__(self) -> None:
        self.roots: list[str] = []

    @property
    def profile(self) -> ToolProfile:
        """A tool of the categories security and quality that reads Python."""
        both = frozenset({Category.SECURITY, Category.QUALITY})
        return ToolProfile("no-eval", "No eval", both, frozenset({"python"}))

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Each line with eval( in it is a high finding."""
        self.roots.append(snapshot.root)
        found: list[Finding] = []
        for file in snapshot.files:
            lines = (Path(snapshot.root) / file.path).read_text().splitlines()
            found += [
                finding(
                    "EVAL", file.path, number, severity=Severity.HIGH, quote=line.strip(), source="no-eval"
                )
                for number, line in enumerate(lines, 1)
                if "eval(" in line and file.path.endswith(".py")
            ]
        return EvidenceReport("no-eval", "1", EvidenceStatus.MEASURED, tuple(found), looked_at=1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a file that calls eval, and one that nobody touches."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_bytes(BEFORE.encode())
    (folder / "other.py").write_text("y = 1\n")
    return folder


@asynccontextmanager
async def opened(
    project: Path, model: ScriptedModel, tool: EvidenceTool, journal: RunJournal | None = None
) -> AsyncIterator[Muster]:
    """Muster with one agent that can edit, and one tool that really looks."""
    from muster.domain.agents.roster import LOOK, ROSTER

    others = dict.fromkeys(name for agent in ROSTER for name in agent.tools if name not in {*LOOK, *WRITE})
    async with open_muster(
        str(project),
        settings={"data_dir": str(project.parent / "data")},
        language_model=model,
        run_journal=journal or MemoryRunJournal(),
        evidence_tools=[tool, *(FakeEvidence(name) for name in others)],
        agents=[template("mender", tools=("no-eval", READ, *WRITE))],
    ) as app:
        yield app


async def mended(app: Muster, project: Path, *granted: str, options: RunOptions | None = None) -> RunRecord:
    """The agent at work, held to no high finding."""
    plan = await app.plan_task("mend it", str(project), agents=["mender"], gates={"high": 0}, granted=granted)
    assert Gate("high", 0) in plan.gates
    return await app.run_task(plan, options=options or RunOptions())


def edit(old: str, new: str, path: str = "app.py") -> Sequence[Step]:
    """A call of edit-file."""
    return calling(("edit-file", json.dumps({"path": path, "old": old, "new": new})))


def read(path: str = "app.py") -> Sequence[Step]:
    """A call of read-file."""
    return calling(("read-file", json.dumps({"path": path})))


async def test_edits_that_pass_the_gates_are_made_together(project: Path) -> None:
    """The evidence of the report is that of the edited files; line ends stay; nothing else is touched."""
    write = calling(("write-file", json.dumps({"path": "new/safe.py", "text": "import ast\n"})))
    model, tool = ScriptedModel(read(), edit("eval(", "int("), write, read("new/safe.py"), DONE), NoEval()
    async with opened(project, model, tool) as app:
        run = await mended(app, project, "write")
    assert (project / "app.py").read_bytes() == BEFORE.replace("eval(", "int(").encode()
    assert (project / "new/safe.py").read_text() == "import ast\n"
    assert (project / "other.py").read_text() == "y = 1\n"
    assert run.report is not None
    assert (run.report.verdict, run.findings) == (Verdict.PASSED, ())
    made = run.report.edits
    assert made is not None
    assert made.status is EditStatus.COMMITTED
    assert made.files == {"app.py": FileStatus.WRITTEN, "new/safe.py": FileStatus.WRITTEN}
    assert "-x = eval(input())" in made.diff
    assert "+x = int(input())" in made.diff
    assert tool.roots[-1] != str(project)
    assert not await anyio.Path(tool.roots[-1]).exists()
    seen = [m.content for m in model.requests[4].messages if m.role is Role.TOOL][-1]
    assert "import ast" in seen  # what is staged can be read


async def test_edits_that_fail_the_gates_leave_every_byte_as_it_was(project: Path) -> None:
    """The run fails and says what was staged, and why it was not made."""
    model = ScriptedModel(read(), edit("import os", "z = eval('1')"), DONE)
    async with opened(project, model, NoEval()) as app:
        run = await mended(app, project, "write")
    assert (project / "app.py").read_bytes() == BEFORE.encode()
    assert run.report is not None
    assert run.report.verdict is Verdict.FAILED
    made = run.report.edits
    assert made is not None
    assert (made.status, made.files) == (EditStatus.ROLLED_BACK, {"app.py": FileStatus.UNTOUCHED})
    assert made.reason == "the gates do not pass with them: high is 2, and <= 0 is wanted"
    assert [f.location.line for f in run.findings] == [3]  # of the files as they are
    assert "+z = eval('1')" in made.diff


async def test_what_a_person_writes_meanwhile_stays_byte_for_byte(project: Path) -> None:
    """While the agent's edits are open a person changes the same file: the conflict is told, their text is there."""
    hold = asyncio.Event()
    model = ScriptedModel(read(), edit("eval(", "int("), [hold, *DONE])
    theirs = BEFORE.replace("import os", "import os  # mine")
    async with opened(project, model, NoEval()) as app:
        task = asyncio.create_task(mended(app, project, "write"))
        async with asyncio.timeout(20):
            while len(model.requests) < 3:  # noqa: ASYNC110 - the model is a fake that tells nobody
                await asyncio.sleep(0.01)
        (project / "app.py").write_bytes(theirs.encode())
        hold.set()
        run = await task
    assert (project / "app.py").read_bytes() == theirs.encode()
    assert run.report is not None
    made = run.report.edits
    assert made is not None
    assert (made.status, made.files) == (EditStatus.CONFLICT, {"app.py": FileStatus.LEFT_ALONE})
    assert "app.py" in made.reason
    assert run.report.verdict is Verdict.FAILED  # of the files as they are


async def test_without_the_permission_no_tool_that_writes_is_offered(project: Path) -> None:
    """And the plan of a task that asks for a change says what is missing."""
    model = ScriptedModel(DONE)
    async with opened(project, model, NoEval()) as app:
        run = await mended(app, project)
    assert [tool.name for tool in model.requests[0].tools] == ["no-eval", "read-file"]
    assert run.report is not None
    assert run.report.edits is None


async def test_failed_gates_go_back_to_who_edits(project: Path) -> None:
    """With what is wrong; its second edit passes, and both are made at once."""
    model = ScriptedModel(read(), edit("import os", "import sys"), DONE, edit("eval(", "int("), DONE)
    async with opened(project, model, NoEval()) as app:
        run = await mended(app, project, "write", options=RunOptions(escalation=Escalation(rounds=2)))
    asked = model.requests[3].messages[-1].content
    assert "With your edits the gates do not pass: high is 1, and <= 0 is wanted." in asked
    assert (project / "app.py").read_text() == "import sys\n\nx = int(input())\n"
    assert run.report is not None
    assert run.report.edits is not None
    assert (run.report.edits.status, run.report.edits.rounds) == (EditStatus.COMMITTED, 2)
    assert run.agents[0].usage.total == 5 * 15


async def test_a_person_may_have_the_last_word(project: Path) -> None:
    """Waiting keeps what is staged; a yes makes it although the gates fail."""
    model = ScriptedModel(read(), edit("import os", "z = eval('1')"), DONE)
    options = RunOptions(escalation=Escalation(0, ladder=True))
    async with opened(project, model, NoEval()) as app:
        run = await mended(app, project, "write", options=options)
        assert run.status is RunStatus.WAITING
        assert "do not pass the gates (high is 2, and <= 0 is wanted)" in run.waits[0].words
        assert (project / "app.py").read_bytes() == BEFORE.encode()
        await app.answer_run(run.id, approved=True)
        done = await app.resume_run(run.id)
    assert len(model.requests) == 3
    assert (project / "app.py").read_bytes() == BEFORE.replace("import os", "z = eval('1')").encode()
    assert done.report is not None
    assert done.report.verdict is Verdict.FAILED


async def test_a_tool_that_nobody_allowed_does_not_look_at_the_edits_either(project: Path) -> None:
    """What it would have measured is not known, so the gates do not pass, and nothing is written."""
    model, tool = ScriptedModel(read(), edit("eval(", "int("), DONE), NoEval()
    options = RunOptions(approvals=Approvals(tools=frozenset({"no-eval"})))
    async with opened(project, model, tool) as app:
        run = await mended(app, project, "write", options=options)
    assert tool.roots == []
    assert (project / "app.py").read_bytes() == BEFORE.encode()
    assert run.report is not None
    assert run.report.edits is not None
    assert run.report.edits.status is EditStatus.ROLLED_BACK
    assert {gate.name: gate.value for gate in run.report.edits.gates}["high"] is None


async def test_from_every_record_on_the_edits_are_made_once(project: Path) -> None:
    """Law: whatever the journal holds at a crash before or after the commit, the files end the same."""
    script = [read(), edit("import os", "import sys"), edit("eval(", "int("), DONE]
    journal = MemoryRunJournal()
    async with opened(project, ScriptedModel(*script), NoEval(), journal) as app:
        whole = await mended(app, project, "write")
    records = await journal.events(whole.id)
    after = (project / "app.py").read_bytes()
    committed = next(
        place for place, one in enumerate(records) if one.key == "commit" and one.kind is RecordKind.RESULT
    )

    for cut in range(len(records) + 1):
        on_disk = [True, False] if cut == committed else [cut > committed]
        for there in on_disk:  # a crash may come between the commit and its record
            (project / "app.py").write_bytes(after if there else BEFORE.encode())
            kept = records[:cut]
            answered = sum(one.kind is RecordKind.RESULT and "/model/" in one.key for one in kept)
            model = ScriptedModel(*script[answered:], DONE)
            later = MemoryRunJournal()
            begun = replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None)
            await later.adopt(RunDump(begun, kept))
            async with opened(project, model, NoEval(), later) as app:
                run = await app.resume_run(whole.id)
            assert (project / "app.py").read_bytes() == after, (cut, there)
            assert len(model.requests) == 4 - answered
            assert run.report is not None
            assert run.report.edits is not None
            assert run.report.edits.status is EditStatus.COMMITTED
