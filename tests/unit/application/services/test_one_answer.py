"""What one answer of a model can ask for never keeps the event loop waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from muster.application.services.agent_report import MAX_OWN, ReportedFinding, parse_report
from muster.application.services.agent_tools import MAX_READ, AgentTools
from muster.application.services.citations import CitationDesk
from muster.application.services.document_cache import DocumentCache
from muster.application.services.evidence_desk import EvidenceDesk
from muster.application.services.run_files import RunFiles
from muster.domain.errors import ModelFailure
from muster.domain.evidence.severity import Severity
from muster.domain.ports.secret_masker import SecretMasker
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.clock import FakeClock

LINES = 30_000
PATIENCE = 0.25
"""Seconds: the bar is 0.1, and the machine of a test may be busy."""


class CountingMasker(SecretMasker):
    """Hides the word hunter2, and takes its time; notes how long each text was that it was given."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def mask(self, text: str, path: str = "") -> str:
        self.sizes.append(len(text))
        time.sleep(0.4 if len(text) > 1_000_000 else 0.002)
        return text.replace("hunter2", "****")

    def mask_data(self, value: object) -> object:
        return value


class Place:
    """A folder with what serves a run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.masker = CountingMasker()

    async def open(self) -> tuple[AgentTools, CitationDesk]:
        """Tools and citations that share their files, as on a bench."""
        workspace = FilesystemWorkspace(FakeClock())
        snapshot = await workspace.scan(str(self.folder))
        files = RunFiles(workspace, snapshot, self.masker, DocumentCache(FakeClock()))
        desk = EvidenceDesk({}, snapshot, frozenset(), self.masker)
        return AgentTools(desk, [], files, self.masker), CitationDesk(files, self.masker)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """One large file and a small one."""
    (tmp_path / "big.py").write_text(
        "".join(f"value_{n} = compute({n}, 'some text') + 1\n" for n in range(LINES))
    )
    (tmp_path / "app.py").write_bytes(b"import os\r\n\r\nx = eval(input())\r\npassword = 'hunter2'\r\n")
    return Place(tmp_path)


def own(path: str, line: int, quote: str, message: str = "m") -> ReportedFinding:
    """A finding of the agent's own."""
    return ReportedFinding(path=path, line=line, quote=quote, message=message, severity=Severity.HIGH)


@asynccontextmanager
async def held() -> AsyncIterator[None]:
    """Hold the event loop to its beat while the body runs."""
    worst = 0.0

    async def beat() -> None:
        nonlocal worst
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - started)

    task = asyncio.create_task(beat())
    await asyncio.sleep(0.02)
    try:
        yield
        await asyncio.sleep(0.02)  # the beat that was missed last is heard too
    finally:
        task.cancel()
    assert worst < PATIENCE


async def test_many_searches_and_reads_at_once_leave_the_loop_alone(place: Place) -> None:
    """They take turns beside it; the large file is masked once for all of them."""
    tools, _ = await place.open()
    async with held():
        asked = [tools.search(["compute", f"value_{n}"], 50) for n in range(8)]
        reads = [tools.read("big.py", first=1 + n) for n in range(8)]
        found, read = await asyncio.gather(asyncio.gather(*asked), asyncio.gather(*reads))

    assert [answer["matches"][0]["place"] for answer in found] == [f"big.py:{n + 1}" for n in range(8)]
    assert {answer["more"] for answer in found} == {LINES - 50}
    assert [answer["lines"][0].split()[0] for answer in read] == [f"value_{n}" for n in range(8)]
    assert sum(size > 1_000_000 for size in place.masker.sizes) == 1


async def test_a_search_that_is_cancelled_is_over_at_once(place: Place) -> None:
    """And the next one is answered: nothing stays locked."""
    tools, _ = await place.open()
    searches = [asyncio.create_task(tools.search(["compute", "some", "text"])) for _ in range(8)]
    await asyncio.sleep(0.05)
    started = time.perf_counter()
    for search in searches:
        search.cancel()
    await asyncio.gather(*searches, return_exceptions=True)
    assert time.perf_counter() - started < 0.5
    assert (await tools.search(["eval"]))["matches"] == [{"place": "app.py:3", "text": "x = eval(input())"}]


async def test_a_read_shows_no_more_than_a_model_can_read(place: Place) -> None:
    """A whole file may be one line; what is cut is masked once more."""
    (place.folder / "min.js").write_text("hunter2;" * 100_000 + "\nshort\n")
    tools, _ = await place.open()
    answer = await tools.read("min.js")
    assert [len(line) for line in answer["lines"]] == [MAX_READ]
    assert (answer["first"], answer["total"]) == (1, 3)
    assert (await tools.read("min.js", first=2))["lines"] == ["short", ""]


async def test_two_hundred_findings_in_a_large_file_are_looked_up_in_one_go(place: Place) -> None:
    """The first hundred, that is; the rest are counted. The file is masked once, beside the loop."""
    _, citations = await place.open()
    reported = [own("big.py", 1, f"value_{n} = compute({n}, 'some text') + 1") for n in range(200)]
    async with held():
        checked = await citations.check(reported, (), "fake/model")

    assert [finding.location.line for finding in checked.findings] == list(range(1, MAX_OWN + 1))
    assert checked.dropped == 100
    assert sum(size > 1_000_000 for size in place.masker.sizes) == 1


async def test_ten_megabytes_of_quote_and_message_leave_the_loop_alone(place: Place) -> None:
    """Neither is looked up, masked or kept in full."""
    _, citations = await place.open()
    reported = [own("app.py", 1, "x" * 10_000_000), own("app.py", 1, "import os", "word " * 2_000_000)]
    async with held():
        checked = await citations.check(reported, (), "fake/model")

    assert checked.dropped == 1
    assert [len(finding.message) for finding in checked.findings] == [2000]


async def test_what_is_quoted_is_the_file_as_it_is_now_without_secrets(place: Place) -> None:
    """Carriage returns are no part of a line; a changed file is masked anew."""
    _, citations = await place.open()
    reported = [
        own("./app.py", 9, "password = '****'", "b"),
        own("big.py", 5, "value_4 = compute(4, 'some text') + 1"),
        own("app.py", 1, "import os\nos.system(evil)"),
        own("app.py", 9, "import os\nx = eval(input())"),
    ]
    checked = await citations.check(reported, (), "fake/model")
    told = [(one.location.path, one.location.line, one.quote) for one in checked.findings]
    assert sorted(told) == [
        ("app.py", 1, "import os"),
        ("app.py", 4, "password = '****'"),
        ("big.py", 5, "value_4 = compute(4, 'some text') + 1"),
    ]
    assert checked.dropped == 1

    (place.folder / "app.py").write_text("import sys\n")
    again = await citations.check(reported[3:], (), "fake/model")
    assert (again.findings, again.dropped) == ((), 1)


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_a_finding_that_says_nothing_is_no_report(blank: str) -> None:
    """It goes back to the model to be put right."""
    answer = f'{{"summary": "s", "findings": [{{"path": "a", "quote": "abc", "message": {blank!r}}}]}}'
    with pytest.raises(ModelFailure, match="a finding needs evidence, or path, line, quote and message"):
        parse_report(answer.replace("'", '"'), "fake/model")
