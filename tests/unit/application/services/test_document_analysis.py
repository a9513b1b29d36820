"""Advice that is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.application.services.document_analysis import DocumentAnalysis
from muster.application.turns.analyze import run_analysis
from muster.domain.turns.types import AnalysisAdvice
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.clock import FakeClock

TAKEN = datetime(2025, 1, 1, tzinfo=UTC)


class Counted:
    """The rules, counting how often they are asked; may be told to fail."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False

    def __call__(self, snapshot: DocumentSnapshot, now: datetime) -> AnalysisAdvice:
        self.asked.append(snapshot.content)
        if self.failing:
            raise RuntimeError("not now")
        return run_analysis(snapshot, now)


def document(content: str = "# A\n", version: int = 1, path: str = "a.md") -> DocumentSnapshot:
    return DocumentSnapshot("d", path, content, TAKEN, version)


def test_the_second_look_at_the_same_document_is_a_cache_hit() -> None:
    """Same content and version: the same advice, marked as a hit; the document's id does not matter."""
    rules = Counted()
    service = DocumentAnalysis(FakeClock(), rules)

    first = service.advise(document())
    second = service.advise(replace(document(), document_id="other", taken_at=TAKEN))

    assert len(rules.asked) == 1
    assert (first.cache_hit, second) == (False, replace(first, cache_hit=True))


def test_other_content_another_version_or_another_language_is_analysed_anew() -> None:
    """spec: "Advice depends on content and version; cached under sha-256 of both"."""
    rules = Counted()
    service = DocumentAnalysis(FakeClock(), rules)

    for snapshot in (document(), document("# B\n"), document(version=2), document(path="a.py")):
        assert not service.advise(snapshot).cache_hit

    assert len(rules.asked) == 4


def test_advice_is_forgotten_after_ten_minutes() -> None:
    """spec: 600 s."""
    clock, rules = FakeClock(), Counted()
    service = DocumentAnalysis(clock, rules)
    service.advise(document())

    clock.advance(599)
    assert service.advise(document()).cache_hit
    clock.advance(1)
    assert not service.advise(document()).cache_hit
    assert len(rules.asked) == 2


def test_of_more_than_fifty_documents_the_least_recently_used_is_forgotten() -> None:
    """spec: 50 entries."""
    service = DocumentAnalysis(FakeClock())
    for number in range(50):
        service.advise(document(f"# {number}\n"))
    service.advise(document("# 0\n"))

    service.advise(document("# new\n"))

    assert service.advise(document("# 0\n")).cache_hit
    assert service.advise(document("# 2\n")).cache_hit
    assert not service.advise(document("# 1\n")).cache_hit


def test_a_failure_is_not_remembered() -> None:
    """The next turn gets another chance."""
    rules = Counted()
    rules.failing = True
    service = DocumentAnalysis(FakeClock(), rules)
    with pytest.raises(RuntimeError):
        service.advise(document())

    rules.failing = False

    assert not service.advise(document()).cache_hit
