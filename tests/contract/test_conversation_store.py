"""What every store of conversations promises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from muster.domain.chat.conversation import Conversation, summary_of
from muster.domain.errors import UnknownName
from muster.domain.ports.conversation_store import ConversationStore
from muster.infrastructure.conversations.memory_store import MemoryConversationStore
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from tests.fakes.conversations import CONVERSATIONS, answer, conversation, question


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ConversationStore]:
    """Each store in turn, empty."""
    if request.param == "memory":
        yield MemoryConversationStore()
    else:
        kept = SqliteConversationStore(tmp_path / "conversations.db")
        yield kept
        kept.close()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=CONVERSATIONS)
def test_what_was_saved_is_loaded(store: ConversationStore, kept: Conversation) -> None:
    """Every text, amount and moment of it, and its line in the list."""

    async def use() -> None:
        await store.save(kept)
        assert await store.load(kept.id) == kept
        assert (await store.list(1))[0] == summary_of(kept)

    asyncio.run(use())


async def test_the_newer_state_replaces_the_older(store: ConversationStore) -> None:
    """Also when it is shorter."""
    longer = conversation(question("a"), answer("b"))
    shorter = replace(longer, entries=(), title="")
    await store.save(longer)
    await store.save(shorter)
    assert await store.load(longer.id) == shorter
    assert [each.entries for each in await store.list()] == [0]


async def test_the_last_changed_is_listed_first(store: ConversationStore) -> None:
    """By the order of saving, whatever the times in them say; no more than asked for."""
    for number in (1, 2, 3):
        await store.save(conversation(question("q"), id_=f"chat-0{number}"))
    await store.save(conversation(question("q"), answer("a"), id_="chat-01"))
    assert [each.id for each in await store.list()] == ["chat-01", "chat-03", "chat-02"]
    assert [each.id for each in await store.list(2)] == ["chat-01", "chat-03"]
    assert await store.list(0) == ()


async def test_the_beginning_of_an_id_will_do(store: ConversationStore) -> None:
    """When it is that of one alone; a whole id is never taken for a beginning."""
    for known in ("chat-01", "chat-012", "chat-02"):
        await store.save(conversation(id_=known))
    for wanted, found in (("chat-02", "chat-02"), ("chat-01", "chat-01"), ("chat-012", "chat-012")):
        loaded = await store.load(wanted)
        assert loaded is not None
        assert loaded.id == found
    with pytest.raises(UnknownName, match="chat-0") as refused:
        await store.load("chat-0")
    assert "chat-012" in refused.value.hint


@pytest.mark.parametrize("wanted", ["", "nobody", "chat-%", "chat_01", "\ud800"])
async def test_what_is_not_there_is_none(store: ConversationStore, wanted: str) -> None:
    """Signs that some query languages take for wildcards are letters like any other."""
    await store.save(conversation(id_="chat-01"))
    assert await store.load(wanted) is None
    assert await store.delete(wanted) is False


async def test_a_conversation_can_be_forgotten(store: ConversationStore) -> None:
    """By its whole id, and only that one."""
    for known in ("chat-01", "chat-02"):
        await store.save(conversation(id_=known))
    assert await store.delete("chat-0") is False
    assert await store.delete("chat-01") is True
    assert await store.delete("chat-01") is False
    assert [each.id for each in await store.list()] == ["chat-02"]


def test_threads_lose_nothing(store: ConversationStore) -> None:
    """Eight of them, 20 conversations each, each thread with an event loop of its own."""

    def work(thread: int) -> None:
        async def keep() -> None:
            for number in range(20):
                await store.save(conversation(question("q"), id_=f"chat-{thread}-{number:02}"))

        asyncio.run(keep())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    listed = asyncio.run(store.list(1000))
    assert len({each.id for each in listed}) == len(listed) == 160
