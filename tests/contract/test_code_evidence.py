"""What every look at generated code promises."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from muster.domain.errors import UserError
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.ports.code_evidence import CodeEvidence
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.catalogue import all_tools
from muster.infrastructure.evidence.generated_code import NAMES, GeneratedCodeEvidence
from muster.infrastructure.evidence.process import ToolRunner
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.unit.infrastructure.evidence.test_secrets import made_up

DEEP = (
    "def deep(a):\n" + "".join("    " * n + f"for x{n} in a:\n" for n in range(1, 9)) + "    " * 9 + "pass\n"
)
KEY = "ghp_" + made_up(36)
FILES = {
    "pkg/bugs.py": "def f(a=[]):\n    return a\n",
    "pkg/deep.py": DEEP,
    "pkg/key.py": f'KEY = "{KEY}"\n',
    "tests/test_bugs.py": "from pkg.bugs import f\n\ndef test_f():\n    assert f() == []\n",
}


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CodeEvidence:
    """The real tools; their folders are made where it can be seen that nothing is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tools = all_tools(ToolRunner(), EvidenceCache(None))
    return GeneratedCodeEvidence([tool for tool in tools if tool.profile.name in NAMES], RuleMasker())


def by_tool(reports: tuple[EvidenceReport, ...]) -> dict[str, EvidenceReport]:
    """Reports by the names of their tools."""
    return {report.tool: report for report in reports}


async def test_bugs_and_complexity_are_found_at_their_places(evidence: CodeEvidence, tmp_path: Path) -> None:
    """A mutable default and a deep nest; every tool has measured; no file is left."""
    reports = await evidence.look_at(FILES)
    assert {report.tool for report in reports} == set(NAMES)
    assert {report.status for report in reports} == {EvidenceStatus.MEASURED}
    found = by_tool(reports)
    assert ("B006", "pkg/bugs.py", 1) in {
        (one.rule, one.location.path, one.location.line) for one in found["ruff"].findings
    }
    assert "pkg/deep.py" in {one.location.path for one in found["complexity"].findings}
    assert all(finding.fingerprint for report in reports for finding in report.findings)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - an empty folder


async def test_a_secret_is_found_and_not_shown(evidence: CodeEvidence) -> None:
    """Neither in a message nor in a quote of any tool."""
    reports = await evidence.look_at(FILES)
    assert by_tool(reports)["secrets"].findings
    assert KEY not in repr(reports)


async def test_code_that_cannot_be_read_ends_in_reports(evidence: CodeEvidence) -> None:
    """No exception; somebody says that it could not be read."""
    reports = await evidence.look_at({"broken.py": "def f(:\n"})
    assert len(reports) == len(NAMES)
    assert any("broken.py" in repr(report) for report in reports)


async def test_the_same_files_give_the_same_evidence(evidence: CodeEvidence) -> None:
    """In the same order, wherever their folder was."""
    first, second = await evidence.look_at(FILES), await evidence.look_at(FILES)
    assert [(one.tool, one.findings) for one in first] == [(one.tool, one.findings) for one in second]


@pytest.mark.parametrize("path", ["../a.py", "/a.py", ""])
async def test_a_path_that_leaves_the_folder_is_refused(evidence: CodeEvidence, path: str) -> None:
    """Before anything is written."""
    with pytest.raises(UserError, match="cannot be looked at"):
        await evidence.look_at({path: "x = 1\n"})
