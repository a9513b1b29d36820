"""Damaged files: what is read is right, or missing, or an error of ours; never wrong, never a crash."""

from __future__ import annotations

import random
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from muster.domain.errors import MusterError
from muster.domain.memory.entry import Query
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

KEYS = [f"key/{number}" for number in range(12)]
VALUES: dict[str, object] = {key: [key, "lighthouse", "x" * 700] for key in KEYS}
WRONG: tuple[object, ...] = (7, "text", b"\xff\xfe", b"")


def flipped(content: bytes, chance: random.Random) -> bytes:
    """A few bits are the other way round."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(content: bytes, chance: random.Random) -> bytes:
    """A sector of zeros, of ones, or of what lies elsewhere in the file."""
    size = min(chance.choice((16, 512, 4096)), len(content))
    place, other = (chance.randrange(len(content) - size + 1) for _ in range(2))
    filling = chance.choice((b"\0" * size, b"\xff" * size, content[other : other + size]))
    return content[:place] + filling + content[place + size :]


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return content[: chance.randrange(len(content))]


DAMAGES = (flipped, overwritten, cut)


async def asked(calls: Mapping[str, Awaitable[object]]) -> dict[str, object]:
    """What each call gives, without those that end in an error of ours."""
    given = {}
    for what, call in calls.items():
        with suppress(MusterError):
            given[what] = await call
    return given


def wrong(given: Mapping[str, object]) -> list[str]:
    """Keys whose value is neither right nor missing."""
    return [key for key, value in given.items() if key in VALUES and value not in (VALUES[key], None)]


async def used_long(store: SqliteLongTermStore | JsonFilesLongTermStore) -> list[str]:
    """Read and change it in every way; what was wrong."""
    given = await asked({key: store.retrieve(key) for key in KEYS})
    call: Awaitable[object]
    for call in (store.list_keys(), store.search(Query(words="lighthouse")), store.verify(), store.prune({})):
        await asked({"": call})
    await asked({"": store.verify(repair=True)})
    for call in (store.store("key/0", VALUES["key/0"]), store.delete("key/1"), store.list_keys("PUBLIC")):
        await asked({"": call})
    return wrong({**given, **await asked({key: store.retrieve(key) for key in KEYS})})


async def used_short(store: EmbeddedShortTermStore) -> list[str]:
    """Read and change it in every way; what was wrong."""
    given = await asked({key: store.retrieve(key) for key in KEYS})
    call: Awaitable[object]
    for call in (store.keys(), store.due(), store.expires_in("key/2"), store.stashed_at("key/3")):
        await asked({"": call})
    for call in (store.stash("key/0", VALUES["key/0"]), store.delete("key/1")):
        await asked({"": call})
    return wrong({**given, **await asked({key: store.retrieve(key) for key in KEYS})})


def damaged(
    folder: Path, damage: Callable[[bytes, random.Random], bytes], chance: random.Random
) -> Iterator[Path]:
    """Twenty copies of the file whole.db, each damaged in another place."""
    content = (folder / "whole.db").read_bytes()
    for number in range(20):
        path = folder / f"{number}.db"
        path.write_bytes(damage(content, chance))
        yield path


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_memory_file_never_lies(
    damage: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    """Twenty times over."""
    whole = SqliteLongTermStore(tmp_path / "whole.db")
    for key, value in VALUES.items():
        assert await whole.store(key, value)
    whole.close()
    for path in damaged(tmp_path, damage, random.Random(3)):
        store = SqliteLongTermStore(path)
        assert await used_long(store) == [], path.name
        store.close()


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_short_term_file_never_lies(
    damage: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    """Twenty times over."""
    whole = EmbeddedShortTermStore(SystemClock(), tmp_path / "whole.db")
    assert await whole.stash_many(VALUES, 3600, promote_on_expiry=True)
    whole.close()
    for path in damaged(tmp_path, damage, random.Random(4)):
        store = EmbeddedShortTermStore(SystemClock(), path)
        assert await used_short(store) == [], path.name
        store.close()


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_json_file_hides_no_other(
    damage: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    """One of twelve; the eleven others are whole, whatever became of it."""
    chance = random.Random(5)
    whole = JsonFilesLongTermStore(tmp_path / "whole")
    for key, value in VALUES.items():
        assert await whole.store(key, value)
    for number in range(12):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", folder)
        files = sorted(folder.glob("*.json"))
        victim = chance.choice(files)
        victim.write_bytes(damage(victim.read_bytes(), chance))
        store = JsonFilesLongTermStore(folder)
        given = {key: await store.retrieve(key) for key in KEYS}
        assert wrong(given) == [], number
        assert sum(value is not None for value in given.values()) >= len(KEYS) - 1, number
        assert await used_long(store) == []


@pytest.mark.parametrize("column", ["value", "digest", "classification", "stored_at", "text"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
async def test_a_column_of_another_type_is_no_value(column: str, value: object, tmp_path: Path) -> None:
    """One entry is missing; the other is read, listed and found."""
    store = SqliteLongTermStore(tmp_path / "memory.db")
    for key in KEYS[:2]:
        assert await store.store(key, VALUES[key])
    store.close()
    with closing(apsw.Connection(str(tmp_path / "memory.db"))) as connection:
        given = value if isinstance(value, str | bytes | int | float) else None
        with suppress(apsw.ConstraintError):
            connection.execute(f"UPDATE entries SET {column} = ? WHERE key = CAST('key/0' AS BLOB)", (given,))
    again = SqliteLongTermStore(tmp_path / "memory.db")
    assert await again.retrieve("key/0") in (VALUES["key/0"], None)
    assert await again.retrieve("key/1") == VALUES["key/1"]
    assert [hit.entry.key for hit in await again.search(Query(words="lighthouse"))][-1:] == ["key/1"]
    assert "key/1" in await again.list_keys()
    await again.verify(repair=True)
    assert await again.retrieve("key/1") == VALUES["key/1"]
    again.close()
