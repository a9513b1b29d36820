"""Putting right what is remembered."""

from __future__ import annotations

import pytest

from muster.application.use_cases.edit_memory import EditMemory, EditMemoryRequest
from muster.domain.errors import StorageError, UserError
from muster.domain.memory.entry import Entry, Origin, Query
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore

LESSON = "pattern/lesson-1"
OLD = {"content": "five calls a second", "type": "lesson", "metadata": {"area": "api"}}


@pytest.fixture
async def store() -> InProcessLongTermStore:
    """A lesson and a value."""
    store = InProcessLongTermStore()
    await store.store(LESSON, OLD, "INTERNAL", origin=Origin(author="ann"), text="five calls a second")
    await store.store("limits", {"calls": 5}, "PUBLIC")
    return store


async def seen(store: InProcessLongTermStore, key: str) -> Entry:
    """What is there now."""
    found = await store.entry(key)
    assert found is not None
    return found


async def test_a_lesson_says_the_new_and_is_found_by_it_alone(store: InProcessLongTermStore) -> None:
    before = await seen(store, LESSON)
    after = await EditMemory(store).execute(EditMemoryRequest(before, " nine requests a second\n"))
    assert after.data == {**OLD, "content": "nine requests a second"}
    assert (after.classification, after.origin) == (before.classification, before.origin)
    assert [hit.entry.key for hit in await store.search(Query(words="nine requests"))] == [LESSON]
    assert await store.search(Query(words="five calls")) == ()


async def test_what_is_no_lesson_is_replaced_whole(store: InProcessLongTermStore) -> None:
    after = await EditMemory(store).execute(EditMemoryRequest(await seen(store, "limits"), [9]))
    assert (after.data, after.classification) == ([9], "PUBLIC")


async def test_who_was_quicker_is_not_written_over(store: InProcessLongTermStore) -> None:
    before = await seen(store, LESSON)
    await store.replace(before, {**OLD, "content": "seven"})
    with pytest.raises(StorageError, match="was changed or forgotten while it was edited"):
        await EditMemory(store).execute(EditMemoryRequest(before, "nine"))
    assert (await seen(store, LESSON)).data == {**OLD, "content": "seven"}


@pytest.mark.parametrize("said", ["", " \n", None, 5, {"content": "x"}])
async def test_a_lesson_is_a_text(store: InProcessLongTermStore, said: object) -> None:
    with pytest.raises(UserError, match="the new one is blank"):
        await EditMemory(store).execute(EditMemoryRequest(await seen(store, LESSON), said))
    assert (await seen(store, LESSON)).data == OLD


async def test_new_words_that_call_for_encryption_are_not_slipped_in(store: InProcessLongTermStore) -> None:
    """Where the old words called for it too, somebody decided so."""
    with pytest.raises(UserError, match="is SENSITIVE, the entry INTERNAL"):
        await EditMemory(store).execute(EditMemoryRequest(await seen(store, LESSON), "the patient calls"))
    assert (await seen(store, LESSON)).data == OLD
    await store.store("pattern/lesson-2", {**OLD, "content": "the patient's form"}, "INTERNAL")
    decided = await seen(store, "pattern/lesson-2")
    assert (await EditMemory(store).execute(EditMemoryRequest(decided, "patient forms"))).data == {
        **OLD,
        "content": "patient forms",
    }
