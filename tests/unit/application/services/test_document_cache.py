"""Documents that were read a moment ago."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.application.services.document_cache import DocumentCache
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.clock import START, FakeClock


def document(path: str, content: str = "text") -> DocumentSnapshot:
    """A document of that path."""
    return DocumentSnapshot("d", path, content, START)


def test_a_document_is_there_for_five_minutes_and_no_longer() -> None:
    """Whoever waits longer reads it again."""
    clock = FakeClock()
    cache = DocumentCache(clock)
    cache.set("a.py", document("a.py"))
    clock.advance(299.9)
    assert cache.get("a.py") == document("a.py")
    clock.advance(0.1)
    assert cache.get("a.py") is None


def test_looking_does_not_make_a_document_younger() -> None:
    """Its age counts from when it was read, however often it is asked for."""
    clock = FakeClock()
    cache = DocumentCache(clock)
    cache.set("a.py", document("a.py"))
    seen = []
    for _ in range(3):
        clock.advance(100)
        seen.append(cache.get("a.py") is not None)
    assert seen == [True, True, False]


def test_a_changed_document_is_forgotten() -> None:
    """Forgetting what is not there does no harm."""
    cache = DocumentCache(FakeClock())
    cache.set("a.py", document("a.py"))
    cache.invalidate("a.py")
    cache.invalidate("b.py")
    assert cache.get("a.py") is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=60))
def test_the_least_recently_used_goes_first(steps: list[tuple[bool, int]]) -> None:
    """Against a list that is sorted by last use."""
    cache, used = DocumentCache(FakeClock(), entries=4), list[int]()
    for is_set, number in steps:
        path = str(number)
        if is_set:
            cache.set(path, document(path))
        found = cache.get(path)
        assert (found is not None) is (is_set or number in used)
        if found is not None:
            used = [*(other for other in used if other != number), number][-4:]
