"""A finding is gone only where that is established."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.application.services.finding_check import FindingCheck, Looked
from muster.domain.evidence.finding import Finding
from muster.domain.evidence.finding_book import RememberedFinding
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.workspace.files import NotCovered
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.builders import finding, plan, report
from tests.fakes.clock import START, FakeClock

BY_TOOL = finding(path="a.py", line=2, quote="x = eval(y)", fingerprint="f1")
BY_MODEL = replace(BY_TOOL, sources=("some-model",))
SECRET = replace(BY_MODEL, family="secret:aws", quote="key = ****")
REFUSED = report("ruff", status=EvidenceStatus.FAILED)
NOT_READ = report("ruff", not_covered=[NotCovered("a.py", "too long")])


async def gone(
    folder: Path, one: Finding, *reports: EvidenceReport, focus: tuple[str, ...] = (), found: bool = False
) -> bool:
    """Whether the check says that `one` is gone from the folder."""
    workspace = FilesystemWorkspace(FakeClock())
    snapshot = await workspace.scan(str(folder))
    looked = Looked(plan("code-reviewer", root=snapshot.root, focus=focus), snapshot, reports)
    remembered = RememberedFinding(finding=one, first_run="run-1", first_seen=START)
    names = {one.fingerprint} if found else set[str]()
    standing = await FindingCheck(workspace, {"ruff"}).look(looked, [remembered], names)
    assert not standing.gone.intersection(still.fingerprint for still in standing.still)
    return one.fingerprint in standing.gone


@pytest.mark.parametrize(
    ("one", "reports", "expected"),
    [
        (BY_TOOL, (report("ruff"),), True),
        (BY_TOOL, (report("ruff", status=EvidenceStatus.FAILED),), False),
        (BY_TOOL, (report("mypy"),), False),
        (BY_TOOL, (NOT_READ,), False),
        (BY_TOOL, (), False),
        (replace(BY_TOOL, sources=("ruff", "some-model")), (report("ruff"),), True),
        (BY_MODEL, (report("ruff"),), False),
        (replace(BY_MODEL, quote="x = exec(y)"), (), True),
        (replace(BY_MODEL, quote=""), (), False),
        (SECRET, (), False),
        (replace(BY_MODEL, quote="mail = [REDACTED-EMAIL]"), (), False),
        (replace(BY_TOOL, location=replace(BY_TOOL.location, path="b.py")), (), True),
        (replace(BY_TOOL, location=replace(BY_TOOL.location, path="")), (report("ruff"),), True),
        (replace(BY_TOOL, location=replace(BY_TOOL.location, path="")), (), False),
    ],
)
async def test_it_is_gone_when_its_file_is_or_a_tool_or_the_file_says_so(
    tmp_path: Path, one: Finding, reports: tuple[EvidenceReport, ...], expected: bool
) -> None:
    """A tool that failed, did not read the file or was not asked says nothing; neither does a model's silence."""
    (tmp_path / "a.py").write_text("import y\n  x = eval(y)\n")
    assert await gone(tmp_path, one, *reports) is expected


async def test_what_is_found_or_out_of_scope_is_not_gone(tmp_path: Path) -> None:
    """Whatever the tools say."""
    (tmp_path / "a.py").write_text("pass\n")
    assert not await gone(tmp_path, BY_TOOL, report("ruff"), found=True)
    assert not await gone(tmp_path, BY_TOOL, report("ruff"), focus=("src",))


async def test_a_file_in_a_folder_that_nobody_could_look_into_is_not_gone(tmp_path: Path) -> None:
    """It may still be there."""
    (tmp_path / "b.py").write_text("pass\n")
    (tmp_path / "a.py").write_bytes(b"\xff\xfe\x00binary\x00")
    assert not await gone(tmp_path, BY_TOOL, report("ruff"))


async def test_what_a_model_told_stands_as_long_as_its_line_does(tmp_path: Path) -> None:
    """Wherever that has moved to; it is the tool's business to say so of what a tool told."""
    (tmp_path / "a.py").write_text("import y\n\n\n    x = eval(y)  # here\nx = eval(y)\n")
    workspace = FilesystemWorkspace(FakeClock())
    snapshot = await workspace.scan(str(tmp_path))
    looked = Looked(plan("code-reviewer", root=snapshot.root), snapshot, ())
    remembered = [
        RememberedFinding(finding=one, first_run="r", first_seen=START) for one in (BY_MODEL, BY_TOOL)
    ]
    standing = await FindingCheck(workspace, {"ruff"}).look(looked, remembered, ())
    assert standing.still == (replace(BY_MODEL, location=replace(BY_MODEL.location, line=4)),)
