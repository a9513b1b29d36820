"""Listing what runs have found, and saying what of it does not count."""

from __future__ import annotations

import pytest

from muster.application.services.finding_memory import FindingMemory
from muster.application.use_cases.dismiss_finding import DismissFinding, DismissFindingRequest
from muster.application.use_cases.list_findings import ListFindings, ListFindingsRequest
from muster.domain.errors import UnknownName, UserError
from muster.domain.evidence.finding_book import Dismissal, FindingState
from muster.domain.evidence.severity import Severity
from muster.domain.security.principal import Principal, Role
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.builders import finding
from tests.fakes.clock import START, FakeClock

NAMES = ("aaaa1111", "aaaa2222", "bbbb3333", "cccc4444")
ANN = Principal(user="ann", role=Role.CONTRIBUTOR)


@pytest.fixture
async def memory() -> FindingMemory:
    """Two runs: the second one fixed the last finding and told the third first."""
    memory = FindingMemory(InProcessLongTermStore())
    told = [finding(line=line, fingerprint=name) for line, name in enumerate(NAMES)]
    worst = finding(line=9, fingerprint="dddd5555", severity=Severity.CRITICAL)
    await memory.change("/p", lambda book: book.after("run-1", START, (*told[:2], told[3], worst), ()))
    await memory.change("/p", lambda book: book.after("run-2", START, (*told[:3], worst), ("cccc4444",)))
    return memory


async def dismissed(
    memory: FindingMemory, name: str, why: str = "so", *, undo: bool = False
) -> Dismissal | None:
    """What stands with the finding after the request."""
    use_case = DismissFinding(memory, ANN, FakeClock())
    return (await use_case.execute(DismissFindingRequest("/p", name, why, undo))).dismissal


async def test_the_new_come_first_then_the_known_the_worst_first(memory: FindingMemory) -> None:
    found = await ListFindings(memory).execute(ListFindingsRequest("/p"))
    assert [(one.state.value, one.remembered.finding.fingerprint) for one in found] == [
        ("new", "bbbb3333"),
        ("known", "dddd5555"),
        ("known", "aaaa1111"),
        ("known", "aaaa2222"),
        ("fixed", "cccc4444"),
    ]
    fixed = await ListFindings(memory).execute(ListFindingsRequest("/p", [FindingState.FIXED]))
    assert [one.remembered.finding.fingerprint for one in fixed] == ["cccc4444"]
    assert await ListFindings(memory).execute(ListFindingsRequest("/another")) == ()


async def test_who_and_why_are_kept_and_taken_back(memory: FindingMemory) -> None:
    said = await dismissed(memory, " BBBB ", "  a   constant\n")
    assert said == Dismissal(by="ann", why="a constant", at=START)
    assert (await memory.read("/p")).dismissed == {"bbbb3333"}
    assert await dismissed(memory, "bbbb3333", undo=True) is None
    assert (await memory.read("/p")).dismissed == frozenset()


@pytest.mark.parametrize(
    ("name", "why", "error", "words"),
    [
        ("aaa", "so", UserError, "too short"),
        ("aaaa", "so", UserError, "begins 2 fingerprints"),
        ("eeee", "so", UnknownName, "finding"),
        ("bbbb", "  ", UserError, "nobody knows later"),
        ("bbbb", "x" * 501, UserError, "501 characters"),
    ],
)
async def test_what_cannot_be_meant_changes_nothing(
    memory: FindingMemory, name: str, why: str, error: type[Exception], words: str
) -> None:
    before = await memory.read("/p")
    with pytest.raises(error, match=words):
        await dismissed(memory, name, why)
    assert await memory.read("/p") == before


async def test_in_a_folder_that_no_run_was_about_that_is_said() -> None:
    use_case = DismissFinding(FindingMemory(InProcessLongTermStore()), ANN, FakeClock())
    with pytest.raises(UnknownName, match="no run has told a finding in this folder yet"):
        await use_case.execute(DismissFindingRequest("/p", "aaaa", "so"))
