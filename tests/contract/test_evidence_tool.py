"""What every evidence tool promises, whatever it is given to look at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from muster.domain.agents.roster import LOOK, ROSTER, WRITE
from muster.domain.evidence.report import EvidenceStatus
from muster.domain.ports.evidence_tool import EvidenceTool
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.catalogue import all_tools
from muster.infrastructure.evidence.process import Limits, ToolRunner
from tests.unit.infrastructure.evidence.support import snapshot_of

NAMES = [tool.profile.name for tool in all_tools(ToolRunner(), EvidenceCache(None))]
HOSTILE: Mapping[str, str | bytes] = {
    "empty.py": "",
    "broken.py": "def f(:\n    return (\n",
    "deep.py": "x = " + "(" * 3000 + "1" + ")" * 3000 + "\n",
    "long.py": "x = '" + "a" * 200_000 + "'\n",
    "newer.py": "type Pair[T] = tuple[T, T]\ndef f[T](x: T) -> T:\n    return x\n",
    "carriage.py": "import os\r\nx = 1\r\n",
    "no_newline.py": "x = 1",
    "näme with blank.py": "def g(a=[]):\n    return a\n",
    "-dash.py": "import sys\n",
    "README.md": "# T\n[x](" + "../" * 50 + "etc/passwd)\n",
    "pyproject.toml": "[project\nname =",
    "requirements.txt": "===\n-r ../../x\nflask @ git+https://example.invalid/x\n\x0c",
    "package.json": "{",
    "docker-compose.yml": "a: &a [*a]\nb: !!python/object:os.system x\n",
    "Dockerfile": "FROM x\n",
    "index.js": "function f( {\n",
}


def tool(name: str, seconds: float = 60) -> EvidenceTool:
    """One tool with a cache of its own."""
    tools = all_tools(ToolRunner(Limits(seconds=seconds)), EvidenceCache(None))
    return next(one for one in tools if one.profile.name == name)


def test_the_catalogue_holds_exactly_what_the_roster_s_agents_use() -> None:
    """No agent asks for a tool that is not there, no tool lies about unused; names are unique."""
    used = {name for agent in ROSTER for name in agent.tools} - {*LOOK, *WRITE}
    assert set(NAMES) == used
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_to_look_at_is_no_input_and_never_a_number(name: str, tmp_path: Path) -> None:
    """An empty folder: no finding, no measure, and a reason."""
    report = await tool(name).gather(snapshot_of({}, tmp_path))
    assert report.status is EvidenceStatus.NO_INPUT
    assert report.tool == name
    assert (report.findings, dict(report.measures)) == ((), {})
    assert report.reason


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_files_end_in_a_report(name: str, tmp_path: Path) -> None:
    """Never an exception; findings point at files that are there, and confidence is a share."""
    snapshot = snapshot_of(HOSTILE, tmp_path)
    report = await tool(name).gather(snapshot)
    assert report.tool == name
    assert report.duration < 30
    for finding in report.findings:
        assert finding.location.path in {*HOSTILE, ""}
        assert 0 <= finding.confidence <= 1
        assert finding.sources == (name,)
        assert "\n" not in finding.quote
    if report.status is not EvidenceStatus.MEASURED:
        assert report.reason


@pytest.mark.parametrize("name", NAMES)
async def test_the_same_files_give_the_same_report_and_the_second_look_is_remembered(
    name: str, tmp_path: Path
) -> None:
    """All but the duration is equal; what was examined once comes from the cache."""
    snapshot = snapshot_of(
        {k: v for k, v in HOSTILE.items() if "broken" not in k and "deep" not in k}, tmp_path
    )
    one = tool(name)
    first, second = await one.gather(snapshot), await one.gather(snapshot)
    plain = [replace(report, duration=0.0, from_cache=0) for report in (first, second)]
    assert plain[0] == plain[1]
    if first.status is EvidenceStatus.MEASURED and name != "coverage":
        assert second.from_cache == second.looked_at


@pytest.mark.parametrize("name", NAMES)
async def test_cancelling_ends_it_within_a_second(name: str, tmp_path: Path) -> None:
    """Whatever it is doing."""
    files = {f"pkg/m{i}.py": f"import os\n\ndef f{i}(a=[]):\n    return eval(a)\n" * 40 for i in range(150)}
    task = asyncio.create_task(
        tool(name).gather(snapshot_of({**files, "requirements.txt": "flask\n"}, tmp_path))
    )
    await anyio.sleep(0.05)
    task.cancel()
    started = time.monotonic()
    await asyncio.wait({task}, timeout=5)
    assert task.done()
    assert time.monotonic() - started < 1
