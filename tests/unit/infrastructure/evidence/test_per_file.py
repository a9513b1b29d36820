"""Tools that look at each file alone: what they remember, and what one bad file costs."""

from __future__ import annotations

import asyncio
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from muster.domain.evidence.report import EvidenceStatus, ToolProfile
from muster.domain.evidence.severity import Category
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.code_review import CodeReviewTool
from muster.infrastructure.evidence.complexity import ComplexityTool
from muster.infrastructure.evidence.per_file import PerFileTool
from muster.infrastructure.evidence.process import Completed, Limits, ToolRunner

from .support import look, snapshot_of

WORKER_THAT_DIES = """
import json, os, signal, sys
order = json.load(sys.stdin)
for file in order["files"]:
    text = open(os.path.join(order["root"], file["path"])).read()
    if "die" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in text:
        import time; time.sleep(60)
    if "nonsense" in text:
        print("this is no JSON"); sys.exit(0)
    facts = {"findings": [], "measures": {"seen": 1.0}, "data": None, "problem": "", "transient": False}
    print(json.dumps({"path": file["path"], "facts": facts}), flush=True)
"""


@dataclass(slots=True)
class CountingRunner(ToolRunner):
    """Counts the programs that were started, and may run another one in their place."""

    started: list[str] = field(default_factory=list)
    instead: str = ""

    async def run(self, argv: Sequence[str], *, cwd: str, stdin: bytes = b"") -> Completed:
        self.started.append(" ".join(argv[1:]))
        real = [sys.executable, "-c", self.instead] if self.instead else argv
        return await ToolRunner.run(self, real, cwd=cwd, stdin=stdin)


class SeesTool(PerFileTool):
    """Only says which files it saw."""

    analyser = "sees"
    version = "1"
    about = ToolProfile("sees", "sees files", frozenset({Category.QUALITY}), frozenset({"python"}))


FLAT = "def f(a):\n    return a\n"


async def test_an_unchanged_file_is_not_looked_at_twice(tmp_path: Path) -> None:
    runner, cache = CountingRunner(), EvidenceCache(tmp_path / "cache.db")
    tool = ComplexityTool(runner, cache)
    project = snapshot_of({"a.py": FLAT, "b.py": FLAT.replace("f(", "g(")}, tmp_path / "p")
    first = await tool.gather(project)
    second = await tool.gather(project)
    assert (first.looked_at, first.from_cache) == (2, 0)
    assert (second.looked_at, second.from_cache) == (2, 2)
    assert len(runner.started) == 1
    assert (second.findings, second.measures) == (first.findings, first.measures)


async def test_only_the_changed_file_is_looked_at_again(tmp_path: Path) -> None:
    cache = EvidenceCache(None)
    runner = CountingRunner(instead=WORKER_THAT_DIES)
    await SeesTool(runner, cache).gather(snapshot_of({"a.py": "one", "b.py": "two"}, tmp_path))
    report = await SeesTool(runner, cache).gather(snapshot_of({"a.py": "one", "b.py": "three"}, tmp_path))
    assert (report.looked_at, report.from_cache, len(runner.started)) == (2, 1, 2)


async def test_a_renamed_file_is_known_by_its_content(tmp_path: Path) -> None:
    cache = EvidenceCache(None)
    runner = CountingRunner(instead=WORKER_THAT_DIES)
    await SeesTool(runner, cache).gather(snapshot_of({"a.py": "one"}, tmp_path))
    report = await SeesTool(runner, cache).gather(snapshot_of({"z.py": "one"}, tmp_path))
    assert (report.from_cache, len(runner.started)) == (1, 1)


async def test_a_new_version_of_the_tool_looks_again(tmp_path: Path) -> None:
    cache = EvidenceCache(None)
    project = snapshot_of({"a.py": FLAT}, tmp_path)
    await ComplexityTool(ToolRunner(), cache).gather(project)

    class Newer(ComplexityTool):
        version = "next"

    assert (await Newer(ToolRunner(), cache).gather(project)).from_cache == 0


async def test_a_damaged_entry_in_the_cache_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    project = snapshot_of({"a.py": FLAT}, tmp_path / "p")
    first = await ComplexityTool(ToolRunner(), EvidenceCache(path)).gather(project)
    with apsw.Connection(str(path)) as connection:
        connection.execute("UPDATE facts SET value = ?", (zlib.compress(b'{"half": '),))
    again = await ComplexityTool(ToolRunner(), EvidenceCache(path)).gather(project)
    assert (again.status, again.from_cache, again.measures) == (EvidenceStatus.MEASURED, 0, first.measures)


async def test_a_file_that_kills_the_worker_hides_no_other_file(tmp_path: Path) -> None:
    runner = CountingRunner(instead=WORKER_THAT_DIES)
    files = {"a.py": "fine", "b.py": "die", "c.py": "fine too"}
    report = await SeesTool(runner, EvidenceCache(None)).gather(snapshot_of(files, tmp_path))
    assert report.status is EvidenceStatus.MEASURED
    assert report.measures == {"seen": 2.0}
    assert [(one.path, one.reason) for one in report.not_covered] == [
        ("b.py", "sees: crashed the analyser: ended with code -9")
    ]
    assert len(runner.started) == 2


async def test_a_worker_that_dies_again_and_again_is_a_failed_tool(tmp_path: Path) -> None:
    runner = CountingRunner(instead=WORKER_THAT_DIES)
    files = {f"{number}.py": f"die {number}" for number in range(6)}
    report = await SeesTool(runner, EvidenceCache(None)).gather(snapshot_of(files, tmp_path))
    assert (report.status, report.measures) == (EvidenceStatus.FAILED, {})
    assert report.reason == "sees crashed: ended with code -9"
    assert len(runner.started) == 4


async def test_nonsense_from_the_worker_is_a_problem_and_not_a_measurement(tmp_path: Path) -> None:
    runner = CountingRunner(instead=WORKER_THAT_DIES)
    report = await SeesTool(runner, EvidenceCache(None)).gather(snapshot_of({"a.py": "nonsense"}, tmp_path))
    assert (report.status, report.reason) == (EvidenceStatus.FAILED, "no file could be analysed")


async def test_a_worker_that_hangs_is_a_failed_tool_with_its_reason(tmp_path: Path) -> None:
    runner = CountingRunner(Limits(seconds=0.5), instead=WORKER_THAT_DIES)
    report = await SeesTool(runner, EvidenceCache(None)).gather(snapshot_of({"a.py": "hang"}, tmp_path))
    assert report.status is EvidenceStatus.FAILED
    assert "did not finish within 0.5 s" in report.reason


async def test_what_failed_is_not_remembered(tmp_path: Path) -> None:
    cache = EvidenceCache(None)
    project = snapshot_of({"a.py": "die", "b.py": "fine"}, tmp_path)
    await SeesTool(CountingRunner(instead=WORKER_THAT_DIES), cache).gather(project)
    mended = CountingRunner(instead=WORKER_THAT_DIES.replace('"die" in text', "False"))
    report = await SeesTool(mended, cache).gather(project)
    assert (report.looked_at, report.from_cache) == (2, 1)


async def test_nothing_to_look_at_is_no_input(tmp_path: Path) -> None:
    report = await look(ComplexityTool, {"README.md": "# Hello"}, tmp_path)
    assert (report.status, report.reason) == (EvidenceStatus.NO_INPUT, "no python files")


async def test_cancelling_a_tool_stops_at_once(tmp_path: Path) -> None:
    tool = SeesTool(CountingRunner(instead=WORKER_THAT_DIES), EvidenceCache(None))
    running = asyncio.create_task(tool.gather(snapshot_of({"a.py": "hang"}, tmp_path)))
    await asyncio.sleep(0.3)
    running.cancel()
    async with asyncio.timeout(1):
        await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()


@pytest.mark.parametrize("tool_class", [ComplexityTool, CodeReviewTool])
async def test_a_file_that_changed_after_the_scan_is_not_remembered_under_its_old_content(
    tool_class: type[PerFileTool], tmp_path: Path
) -> None:
    """It is not covered this time; when the old content is back, it is looked at, not recalled."""
    scanned = "def f(a=[]):\n    return a\n"
    snapshot = snapshot_of({"a.py": scanned, "b.py": "x = 1\n"}, tmp_path)
    one = tool_class(ToolRunner(), EvidenceCache(None))
    (tmp_path / "a.py").write_text("def other(b={}):\n    return b\n")
    report = await one.gather(snapshot)
    assert [(left.path, left.reason.partition(": ")[2]) for left in report.not_covered] == [
        ("a.py", "changed while it was looked at")
    ]
    (tmp_path / "a.py").write_text(scanned)
    again = await one.gather(snapshot)
    assert (again.looked_at, again.from_cache, again.not_covered) == (2, 1, ())
