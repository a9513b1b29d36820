"""Patterns: kept, staged, promoted, found."""

from __future__ import annotations

import pytest

from muster.application.memory.guarded import GuardedLongTermStore
from muster.application.memory.patterns import PatternBook
from muster.application.memory.tiers import Tiers
from muster.domain.errors import AccessDenied, UnknownName
from muster.domain.memory.lifetime import Lifetime
from muster.domain.security.principal import Role
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds

from .support import person


class Team:
    """People with one memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.short = EmbeddedShortTermStore(self.clock)
        self.long = InProcessLongTermStore(self.clock)
        self._ids = FakeIds()

    def book(self, user: str, role: Role = Role.CONTRIBUTOR) -> PatternBook:
        """The patterns as `user` sees them."""
        me = person(user, role)
        return PatternBook(
            Tiers(self.short, GuardedLongTermStore(self.long, me), "embedded", "in process"), self._ids, me
        )


async def test_a_pattern_comes_back_as_it_was_kept_with_where_it_comes_from() -> None:
    """By its id and by its words; its type is part of the id."""
    team = Team()
    book = team.book("ann")
    kept = await book.persist_pattern("wait for Retry-After", "lesson", metadata={"area": "api"})
    assert kept is not None
    assert (kept.id, kept.pattern_type, kept.content) == ("lesson-000001", "lesson", "wait for Retry-After")
    assert (kept.metadata, kept.classification.value) == ({"area": "api"}, "INTERNAL")
    assert (kept.origin.owner, kept.origin.author, kept.stored_at) == ("ann", "ann", team.clock.now())
    assert await book.recall_pattern("lesson-000001") == kept
    assert await book.search_patterns("how long do I wait") == (kept,)
    assert await book.recall_pattern("lesson-9") is None


async def test_without_a_query_the_newest_come_first_and_types_are_kept_apart() -> None:
    """`bug` is not the beginning of `bug_fix`."""
    team = Team()
    book = team.book("ann")
    for number, kind in enumerate(["bug", "bug_fix", "bug", "lesson"]):
        team.clock.advance(1)
        await book.persist_pattern(f"bridge {number}", kind)
    assert [one.content for one in await book.search_patterns()] == [
        "bridge 3",
        "bridge 2",
        "bridge 1",
        "bridge 0",
    ]
    assert [one.content for one in await book.search_patterns(limit=2)] == ["bridge 3", "bridge 2"]
    assert [one.content for one in await book.search_patterns(pattern_type="bug")] == ["bridge 2", "bridge 0"]
    assert {one.content for one in await book.search_patterns("bridge", pattern_type="bug_fix")} == {
        "bridge 1"
    }


async def test_words_decide_about_the_class_unless_somebody_does() -> None:
    """Whole words: a secretary is no secret, an outpatient clinic no patient."""
    team = Team()
    book = team.book("ann")

    async def kept_as(content: str, named: str | None = None) -> str:
        kept = await book.persist_pattern(content, "lesson", named)
        assert kept is not None
        return kept.classification.value

    assert await kept_as("the patient called") == "SENSITIVE"
    assert await kept_as("an outpatient clinic") == "INTERNAL"
    assert await kept_as("the customer's credit card") == "SENSITIVE"
    assert await kept_as("the patient called", "public") == "PUBLIC"
    with pytest.raises(ValueError, match="unknown classification 'TOP'"):
        await book.persist_pattern("x", "lesson", "TOP")


@pytest.mark.parametrize(
    ("content", "kind"), [("", "lesson"), (" \n", "lesson"), ("x", ""), ("x", "Two words")]
)
async def test_what_says_nothing_is_refused(content: str, kind: str) -> None:
    """Nothing is kept, nothing is staged."""
    team = Team()
    book = team.book("ann")
    with pytest.raises(ValueError, match="pattern"):
        await book.persist_pattern(content, kind)
    with pytest.raises(ValueError, match="pattern"):
        await book.stage_pattern(content, kind)
    assert await team.long.list_keys() == ()
    assert await team.short.keys() == ()


async def test_a_validator_promotes_what_a_contributor_staged() -> None:
    """It keeps its id and its author; a contributor and an observer may not."""
    team = Team()
    ann, val = team.book("ann"), team.book("val", Role.VALIDATOR)
    staged = await ann.stage_pattern("wait for Retry-After", "lesson", metadata={"area": "api"})
    assert staged == "lesson-000001"
    assert await team.long.list_keys() == ()
    with pytest.raises(AccessDenied, match="it takes the role of a validator"):
        await ann.promote_pattern(staged)
    with pytest.raises(AccessDenied, match="it takes the role of a contributor"):
        await team.book("obi", Role.OBSERVER).stage_pattern("x", "lesson")
    assert list(await val.staged_patterns()) == [staged]
    kept = await val.promote_pattern(staged)
    assert kept is not None
    assert (kept.id, kept.content, kept.metadata) == (staged, "wait for Retry-After", {"area": "api"})
    assert (kept.origin.owner, kept.origin.author) == ("val", "ann")
    assert await val.staged_patterns() == {}
    with pytest.raises(UnknownName, match="unknown staged pattern"):
        await val.promote_pattern(staged)


async def test_what_nobody_validates_is_gone_after_a_day() -> None:
    """To the second."""
    team = Team()
    val = team.book("val", Role.VALIDATOR)
    staged = await val.stage_pattern("x", "lesson")
    team.clock.advance(Lifetime.STAGED - 1)
    assert staged in await val.staged_patterns()
    team.clock.advance(2)
    assert await val.staged_patterns() == {}
