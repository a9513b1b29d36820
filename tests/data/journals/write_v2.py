"""Writes the journal of version 2 that is kept: `python -m tests.data.journals.write_v2 FOLDER`, once."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import TypeAdapter

from muster.application.services.run_lines import lines_of
from muster.domain.budget.limits import BudgetLimits
from muster.domain.evidence.severity import Severity
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.models.usage import Usage
from muster.domain.orchestration.approvals import Approvals, DoubtPolicy, Wait, WaitKind
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus, RunTerms
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.builders import finding, plan, report
from tests.fakes.clock import START

RESULT = TypeAdapter(AgentResult)
ANSWER = {
    "text": "The query is built from the request.", "tool_calls": [], "finish_reason": "stop",
    "usage": {"input": 812, "output": 164, "cache_read": 0, "cache_write": 0, "reasoning": 0},
    "model": "fake/judge", "attempts": [], "reasoning": "",
}  # fmt: skip
AUDITOR = AgentResult(
    "security-auditor",
    AgentStatus.COMPLETED,
    "One query is open to injection — ‘users.py’.",
    (finding("S608", "app/users.py", 12, severity=Severity.HIGH, cwe=89, fingerprint="0123456789abcdef"),),
    (report("ruff-security", measures={"ruff-security.files": 2.0}),),
    "fake/judge",
    judged=True,
    usage=Usage(812, 164),
    cost=Decimal("0.001468"),
    duration=2.5,
    tool_calls=1,
)
WAITING = RunRecord(
    "run-v2-waiting",
    plan("security-auditor", "code-writer", pattern="sequential", task="repair app/users.py"),
    RunStatus.RUNNING,
    START,
    terms=RunTerms(
        frozenset({"fedcba9876543210"}),
        Severity.HIGH,
        BudgetLimits(calls=40, usd=Decimal("0.50")),
        Approvals(frozenset({"*"}), frozenset({"code-writer"}), Decimal("0.25")),
        DoubtPolicy.SKIP,
    ),
    idempotency_key="ticket 4711",
)
WAITS = (
    Wait(WaitKind.APPROVAL, "approve code-writer#1/tool/1/call-1", "code-writer wants to write app/users.py"),
    Wait(WaitKind.TIMER, "pause", "until the evening", START + timedelta(hours=6)),
)
RUNNING = replace(
    WAITING, id="run-v2-running", started_at=START + timedelta(hours=1), idempotency_key="", parent=WAITING.id
)
DONE = replace(WAITING, id="run-v2-done", started_at=START + timedelta(hours=2), idempotency_key="")


def records(epoch: int) -> tuple[Record, ...]:
    """One of every kind, some of them twice."""
    said = (
        (RecordKind.EVENT, "security-auditor#1", {"state": "started"}),
        (RecordKind.INTENT, "security-auditor#1/model/1", None),
        (RecordKind.FAILURE, "security-auditor#1/model/1", {"error": "overloaded", "waited": 0.5}),
        (RecordKind.INTENT, "security-auditor#1/model/1", None),
        (RecordKind.RESULT, "security-auditor#1/model/1", ANSWER),
        (
            RecordKind.AGENT, "security-auditor#1",
            {"result": RESULT.dump_python(AUDITOR, mode="json"), "delegations": {}},
        ),
        (RecordKind.SIGNAL, "approve code-writer#1", {"yes": True, "reason": ""}),
        (RecordKind.TIMER, "pause", (START + timedelta(hours=6)).isoformat()),
        (RecordKind.INTENT, "code-writer#1/tool/1/call-1", {"tool": "write_file"}),
    )  # fmt: skip
    return tuple(
        Record(
            number, kind, key, START + timedelta(seconds=number), epoch,
            "" if content is None else json.dumps(content, separators=(",", ":")),
        )
        for number, (kind, key, content) in enumerate(said, 1)
    )  # fmt: skip


async def write(folder: Path) -> None:
    """`v2.db` with a run in each of three states, and `v2.jsonl` with the one that waits."""
    journal = SqliteRunJournal(folder / "v2.db")
    for run in (WAITING, RUNNING, DONE):
        await journal.create(run)
        await journal.append(run.id, 1, records(1))
        await journal.signal(run.id, Signal("approve code-writer#1", '{"yes":true}', START, "ann"))
    parked = replace(WAITING, status=RunStatus.WAITING, agents=(AUDITOR,), waits=WAITS, repeated=1)
    await journal.finish(parked, 1)
    end = replace(DONE, status=RunStatus.COMPLETED, finished_at=START + timedelta(hours=3), agents=(AUDITOR,))
    await journal.finish(end, 1)
    await journal.compact(DONE.id)
    elsewhere = "UPDATE runs SET owner_host = 'elsewhere', owner_pid = 4711, owner_started = 'long ago'"
    await journal._database.write(lambda c: c.execute(elsewhere).fetchall())
    dump = RunDump(parked, await journal.events(WAITING.id), await journal.signals(WAITING.id))
    (folder / "v2.jsonl").write_text("".join(f"{line}\n" for line in lines_of(dump)))
    journal.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
