"""Who may read and change what is remembered."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.memory.guarded import GuardedLongTermStore
from muster.domain.errors import AccessDenied
from muster.domain.memory.entry import Origin, Query
from muster.domain.security.principal import Principal, Role
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore

from .support import person


def seen_by(inner: InProcessLongTermStore, who: Principal) -> GuardedLongTermStore:
    """The store as `who` sees it."""
    return GuardedLongTermStore(inner, who)


@pytest.fixture
async def inner() -> InProcessLongTermStore:
    """Ann's diary, a note of ann's for the project parcels, and a note of nobody."""
    store = InProcessLongTermStore()
    ann = seen_by(store, person("ann", projects="parcels"))
    await ann.store("diary", "the bridge was closed")
    await ann.store("note", "the bridge opens at nine", origin=Origin(project="parcels"))
    await store.store("common", "the bridge is old")
    return store


async def test_others_neither_read_nor_list_nor_find_what_is_private(inner: InProcessLongTermStore) -> None:
    """An entry without an owner is for everybody."""
    ben = seen_by(inner, person("ben"))
    assert await ben.list_keys() == ("common",)
    assert [hit.entry.key for hit in await ben.search(Query(words="bridge"))] == ["common"]
    assert await ben.retrieve("common") == "the bridge is old"
    for key in ("diary", "note"):
        with pytest.raises(AccessDenied, match="'ben', contributor, may not read"):
            await ben.retrieve(key)


async def test_members_of_the_project_and_whom_it_was_granted_to_read_it(
    inner: InProcessLongTermStore,
) -> None:
    """Reading is all that they may."""
    member, friend = (
        seen_by(inner, person("cid", projects="parcels")),
        seen_by(inner, person("dora", granted="diary")),
    )
    assert await member.list_keys() == ("common", "note")
    assert await friend.list_keys() == ("common", "diary")
    assert await friend.retrieve("diary") == "the bridge was closed"
    for who, key in ((member, "note"), (friend, "diary")):
        with pytest.raises(AccessDenied, match="may not change what 'ann' owns"):
            await who.store(key, "mine now")
        with pytest.raises(AccessDenied, match="may not delete what 'ann' owns"):
            await who.delete(key)
    assert await inner.retrieve("note") == "the bridge opens at nine"


async def test_a_steward_changes_and_deletes_but_does_not_read(inner: InProcessLongTermStore) -> None:
    """And who owned an entry owns it still."""
    steward = seen_by(inner, person("eve", Role.STEWARD))
    with pytest.raises(AccessDenied, match="may not read"):
        await steward.retrieve("diary")
    assert await steward.store("diary", "put right")
    kept = await inner.entry("diary")
    assert kept is not None
    assert (kept.data, kept.origin.owner) == ("put right", "ann")
    assert await steward.delete("note") is True
    assert await inner.list_keys() == ("common", "diary")


async def test_an_observer_changes_nothing(inner: InProcessLongTermStore) -> None:
    """Not even what is theirs by name."""
    ann = seen_by(inner, person("ann", Role.OBSERVER))
    assert await ann.retrieve("diary") == "the bridge was closed"
    with pytest.raises(AccessDenied, match="it takes the role of a contributor"):
        await ann.store("new", 1)
    with pytest.raises(AccessDenied, match="it takes the role of a contributor"):
        await ann.delete("diary")
    assert await inner.list_keys() == ("common", "diary", "note")


async def test_a_steward_alone_sets_damaged_entries_aside(inner: InProcessLongTermStore) -> None:
    """Everybody may look."""
    assert (await seen_by(inner, person("ben")).verify()).entries == 3
    with pytest.raises(AccessDenied, match="it takes the role of a steward"):
        await seen_by(inner, person("ben")).verify(repair=True)
    assert (await seen_by(inner, person("eve", Role.STEWARD)).verify(repair=True)).entries == 3


async def test_nobody_stores_in_another_s_name_or_into_a_project_of_others(
    inner: InProcessLongTermStore,
) -> None:
    """What the origin claims does not count."""
    ben = seen_by(inner, person("ben"))
    await ben.store("mine", 1, origin=Origin(owner="ann"))
    kept = await inner.entry("mine")
    assert kept is not None
    assert kept.origin.owner == "ben"
    with pytest.raises(AccessDenied, match="may not store into project 'parcels'"):
        await ben.store("theirs", 1, origin=Origin(project="parcels"))
    assert await inner.entry("theirs") is None


async def test_what_others_own_takes_no_place_among_the_hits() -> None:
    """However many better ones there are that may not be shown."""
    store = InProcessLongTermStore()
    ann, ben = seen_by(store, person("ann")), seen_by(store, person("ben"))
    for number in range(60):
        await ann.store(f"a/{number:02}", "bridge bridge bridge")
    for number in range(3):
        await ben.store(f"b/{number}", "a bridge among many other things that are said here at length")
    found = await ben.search(Query(words="bridge", limit=2))
    assert len(found) == 2
    assert {hit.entry.origin.owner for hit in found} == {"ben"}


USERS = st.sampled_from(["ann", "ben", "cid"])
PROJECTS = st.sampled_from(["", "parcels", "maps"])


@given(
    entries=st.lists(st.tuples(USERS, PROJECTS), max_size=8),
    who=USERS,
    projects=st.frozensets(st.sampled_from(["parcels", "maps"])),
    granted=st.frozensets(st.integers(0, 7)),
)
def test_the_law_of_reading(
    entries: list[tuple[str, str]], who: str, projects: frozenset[str], granted: frozenset[int]
) -> None:
    """Listed, found and readable are the same entries: one's own, one's projects', and those that were granted."""

    async def use() -> None:
        store = InProcessLongTermStore()
        for number, (owner, project) in enumerate(entries):
            await store.store(f"k{number}", "bridge", origin=Origin(owner=owner, project=project))
        me = Principal(user=who, projects=projects, granted=frozenset(f"k{one}" for one in granted))
        mine = seen_by(store, me)
        expected = {
            f"k{number}"
            for number, (owner, project) in enumerate(entries)
            if owner == who or project in projects or number in granted
        }
        assert set(await mine.list_keys()) == expected
        assert {hit.entry.key for hit in await mine.search(Query(words="bridge", limit=20))} == expected
        for number in range(len(entries)):
            try:
                readable = await mine.retrieve(f"k{number}") == "bridge"
            except AccessDenied:
                readable = False
            assert readable == (f"k{number}" in expected)

    asyncio.run(use())
