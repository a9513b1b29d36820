"""Conversations on disk."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from muster.domain.errors import StorageError
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from tests.fakes.conversations import answer, conversation, question
from tests.fakes.processes import python

ASKS = """
import asyncio, sys, time
from pathlib import Path
from muster.infrastructure.conversations.sqlite_store import SqliteConversationStore
from tests.fakes.conversations import conversation, question

store = SqliteConversationStore(Path(sys.argv[1]))
asyncio.run(store.save(conversation(question("am I kept?"))))
print("saved", flush=True)
time.sleep(60)
"""


async def test_a_saved_question_survives_the_death_of_its_process(tmp_path: Path) -> None:
    """Killed with SIGKILL right after `save` has returned."""
    process = python(ASKS, str(tmp_path / "chats.db"))
    assert process.stdout is not None
    assert process.stdout.readline() == "saved\n"
    process.kill()
    process.communicate()
    store = SqliteConversationStore(tmp_path / "chats.db")
    loaded = await store.load("chat-01")
    store.close()
    assert loaded == conversation(question("am I kept?"))


async def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Conversations are private."""
    store = SqliteConversationStore(tmp_path / "chats.db")
    await store.save(conversation())
    store.close()
    assert stat.S_IMODE((tmp_path / "chats.db").stat().st_mode) == 0o600


def test_what_is_forgotten_leaves_no_bytes(tmp_path: Path) -> None:
    """Neither in the file nor in its log."""
    store = SqliteConversationStore(tmp_path / "chats.db")
    asyncio.run(store.save(conversation(question("the sesame word"), answer("sesame again"))))
    assert asyncio.run(store.delete("chat-01"))
    store.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sesame" not in left


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("conversation = '{'", "storage-corrupt"),
        ("""conversation = '{"id": "x"}'""", "storage-corrupt"),
        ("schema_version = 99", "storage-foreign"),
    ],
)
async def test_a_conversation_that_cannot_be_read_is_named_and_hides_no_other(
    tmp_path: Path, change: str, code: str
) -> None:
    """Damaged, or of a newer Muster; both are still listed."""
    store = SqliteConversationStore(tmp_path / "chats.db")
    await store.save(conversation(id_="chat-01"))
    await store.save(conversation(id_="chat-02"))
    with apsw.Connection(str(tmp_path / "chats.db")) as connection:
        connection.execute(f"UPDATE conversations SET {change} WHERE id = 'chat-01'")
    with pytest.raises(StorageError, match="chat-01") as refused:
        await store.load("chat-01")
    assert refused.value.code == code
    assert await store.load("chat-02") == conversation(id_="chat-02")
    assert len(await store.list()) == 2
    store.close()


async def test_half_characters_in_a_name_do_no_harm(tmp_path: Path) -> None:
    """A command line may hold bytes that are no text."""
    store = SqliteConversationStore(tmp_path / "chats.db")
    await store.save(replace(conversation(), title="a\udcff", model="m\udcff"))
    (listed,) = await store.list()
    store.close()
    assert (listed.title, listed.model) == ("a\\udcff", "m\\udcff")
