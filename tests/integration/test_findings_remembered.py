"""A second run does not repeat itself: real tools, a real folder, a real memory."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from muster import open_muster
from muster.app import Muster
from muster.application.services.finding_memory import FindingMemory
from muster.application.use_cases.run_task import RunOptions
from muster.container import close_container, open_container
from muster.domain.errors import StorageError
from muster.domain.evidence.finding_book import Dismissal, FindingHistory
from muster.domain.evidence.severity import Severity
from muster.domain.memory.entry import Entry
from muster.domain.orchestration.run import RunRecord, Verdict
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.builders import finding
from tests.fakes.clock import START, FakeClock

TASK = "review the code for security"
EVAL = "def run(text):\n    return eval(text)\n"
SHELL = "import subprocess\n\n\ndef call(name):\n    subprocess.run(name, shell=True)\n"
NO_MEMORY = RunOptions(memory=False)


def muster_in(folder: Path) -> AbstractAsyncContextManager[Muster]:
    """Muster for the project in `folder`, with a memory beside it."""
    settings = {"data_dir": str(folder / "data")}
    return open_muster(str(folder / "project"), settings=settings)


def written(folder: Path, name: str) -> Path:
    """A file of the project."""
    (folder / "project").mkdir(exist_ok=True)
    return folder / "project" / name


def rules(run: RunRecord) -> set[tuple[str, str]]:
    """Files and rules of its security findings."""
    return {(one.location.path, one.rule) for one in run.findings if one.severity.at_least(Severity.MEDIUM)}


def history(run: RunRecord) -> FindingHistory:
    """How its findings stand."""
    assert run.report is not None
    assert run.report.history is not None
    return run.report.history


async def test_a_second_run_tells_new_from_known_and_says_what_was_fixed(tmp_path: Path) -> None:
    """By what the tools say of the files as they are."""
    written(tmp_path, "a.py").write_text(EVAL)
    async with muster_in(tmp_path) as app:
        first = await app.run_task(TASK)
        assert first.report is not None
        assert first.report.history is None
        told = {one.fingerprint for one in first.findings}
        written(tmp_path, "a.py").write_text(f"# moved\n\n{EVAL}")
        written(tmp_path, "b.py").write_text(SHELL)
        second = await app.run_task(TASK)
        new = {one.fingerprint for one in second.findings} - told
        assert ("b.py" in {path for path, _ in rules(second)}, new != set()) == (True, True)
        assert set(history(second).new) == new
        assert {run for run, _ in history(second).known.values()} == {first.id}
        written(tmp_path, "a.py").unlink()
        third = await app.run_task(TASK)
    assert {one.finding.location.path for one in history(third).fixed} >= {"a.py"}
    assert (history(third).since, history(third).new) == (second.id, ())
    assert {run for run, _ in history(third).known.values()} <= {first.id, second.id}


async def test_what_was_dismissed_counts_in_no_list_no_gate_and_no_score(tmp_path: Path) -> None:
    """And is told with who and why; it counts again when that is taken back."""
    written(tmp_path, "a.py").write_text(EVAL)
    async with muster_in(tmp_path) as app:
        first = await app.run_task(TASK, fail_on=Severity.MEDIUM)
        assert first.report is not None
        bad = [one for one in first.findings if one.severity.at_least(Severity.MEDIUM)]
        assert first.report.verdict is Verdict.FAILED
        for one in bad:
            await app.dismiss_finding(one.fingerprint[:6], why="the text is a constant")
        second = await app.run_task(TASK, fail_on=Severity.MEDIUM)
        assert second.report is not None
        assert rules(second) == set()
        assert second.report.failed_gates == ()
        assert {one.finding.fingerprint for one in history(second).dismissed} == {
            one.fingerprint for one in bad
        }
        said = history(second).dismissed[0].dismissal
        assert said is not None
        assert said.why == "the text is a constant"
        assert (first.report.health.score or 0) < (second.report.health.score or 0)
        await app.dismiss_finding(bad[0].fingerprint, undo=True)
        third = await app.run_task(TASK, fail_on=Severity.MEDIUM)
    assert bad[0].fingerprint in history(third).known


async def test_without_memory_a_run_neither_looks_nor_tells(tmp_path: Path) -> None:
    """As if it were alone."""
    written(tmp_path, "a.py").write_text(EVAL)
    async with muster_in(tmp_path) as app:
        await app.run_task(TASK, options=NO_MEMORY)
        assert await app.findings() == ()
        await app.run_task(TASK)
        alone = await app.run_task(TASK, options=NO_MEMORY)
        assert alone.report is not None
        assert alone.report.history is None
        assert alone.findings


async def test_a_memory_that_is_gone_costs_the_run_nothing_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is whole."""
    written(tmp_path, "a.py").write_text(EVAL)

    async def full(
        self: SqliteLongTermStore,
        seen: Entry,
        data: object,
        *,
        text: str | None = None,
        renewed: bool = False,
    ) -> bool:
        raise StorageError("there is no room left")

    monkeypatch.setattr(SqliteLongTermStore, "replace", full)
    async with muster_in(tmp_path) as app:
        run = await app.run_task(TASK)
    assert run.error == "its findings are not remembered: there is no room left"
    assert (run.report is not None, rules(run) != set()) == (True, True)


async def test_a_book_comes_back_through_every_wrapper_as_it_was(tmp_path: Path) -> None:
    """Also fingerprints that look like the number of a card; what is personal in a message is not kept."""
    names = ("4111111111111111", "5500005555555559", "0123456789012345", "9ec7fd29098b3342")
    told = tuple(finding(line=line, fingerprint=name) for line, name in enumerate(names))
    personal = replace(told[0], message="marta.klein@mail-fabrik.com is written in the code")
    container = open_container(str(tmp_path), {"data_dir": str(tmp_path / "data")})
    try:
        memory = container.findings()
        await memory.change("/p", lambda book: book.after("run-1", START, (personal, *told[1:]), ()))
        book = await memory.read("/p")
    finally:
        close_container(container)
    kept = {name: one.finding for name, one in book.findings.items()}
    hidden = replace(personal, message="[REDACTED-EMAIL] is written in the code")
    assert kept == dict(zip(names, (hidden, *told[1:]), strict=True))


async def test_two_who_write_at_the_same_time_are_both_heard(tmp_path: Path) -> None:
    """Two stores on one file, as two processes have them: no dismissal and no finding is lost."""
    clock = FakeClock()
    names = [f"{number:04x}" for number in range(24)]
    stores = [SqliteLongTermStore(tmp_path / "memory.db", clock) for _ in range(3)]
    memories = [FindingMemory(store) for store in stores]
    found = tuple(finding(line=number, fingerprint=name) for number, name in enumerate(names))
    try:
        await memories[0].change("/p", lambda book: book.after("run-1", START, found, ()))
        said = {
            name: Dismissal(by=f"user-{number % 3}", why=name, at=START) for number, name in enumerate(names)
        }
        await asyncio.gather(
            *(memories[number % 3].dismiss("/p", name, said[name]) for number, name in enumerate(names)),
            memories[1].change("/p", lambda book: book.after("run-2", START, found[:3], names[3:5])),
        )
        book = await memories[2].read("/p")
    finally:
        for store in stores:
            store.close()
    assert {name: one.dismissal for name, one in book.findings.items()} == said
    assert (book.last_run, [name for name in names if book.findings[name].fixed_at]) == ("run-2", names[3:5])
