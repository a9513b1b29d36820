"""Short-term memory in a file and in Redis: restarts, clocks that are set, no room, servers that go away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from muster.domain.errors import StorageError
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.redis_short_term_store import RedisShortTermStore
from tests.fakes.clock import FakeClock
from tests.fakes.processes import finish, python
from tests.fakes.redis_server import RedisServer, redis_server

PROCESSES, THREADS = 3, 100
# Each process fills and empties; what it could settle it prints.
SHARE = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore

store = EmbeddedShortTermStore(SystemClock(), Path(sys.argv[1]))
me, threads = sys.argv[2], int(sys.argv[3])

async def fill(thread):
    assert await store.stash(f"due/{me}/{thread}", thread, 0.001, promote_on_expiry=True)
    assert await store.stash(f"kept/{me}/{thread}", [me, thread])
    assert await store.stash("shared", me)
    assert await store.retrieve(f"kept/{me}/{thread}") == [me, thread]

async def empty():
    return [due.key for due in await store.due(1000) if await store.settle(due)]

with ThreadPoolExecutor(threads) as pool:
    list(pool.map(lambda thread: asyncio.run(fill(thread)), range(threads)))
for key in asyncio.run(empty()):
    print(key)
store.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where there is nothing yet."""
    return tmp_path / "short.db"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A server that a test may stop."""
    with redis_server() as running:
        yield running


@pytest.fixture
def client(server: RedisServer) -> Iterator[RedisClient]:
    """A way to it."""
    made = RedisClient(server.url, patience=20)
    yield made
    made.close()


async def test_a_file_outlives_its_process_and_time_goes_on(path: Path) -> None:
    """Also while nobody had it open."""
    clock = FakeClock()
    first = EmbeddedShortTermStore(clock, path)
    await first.stash("a", 1, 100)
    await first.stash("gone", 1, 10)
    await first.stash("waits", 1, 10, promote_on_expiry=True)
    first.close()
    clock.advance(30)
    second = EmbeddedShortTermStore(clock, path)
    assert await second.keys() == ("a", "waits")
    assert await second.expires_in("a") == pytest.approx(70, abs=0.001)
    assert [due.key for due in await second.due()] == ["waits"]
    second.close()


@pytest.mark.parametrize("kept_in", ["process", "file"])
async def test_setting_the_clock_ends_nothing_and_keeps_nothing(kept_in: str, path: Path) -> None:
    """Ahead or back; who opens the file afterwards agrees with who had it open before."""
    clock = FakeClock()
    store = EmbeddedShortTermStore(clock, path if kept_in == "file" else None)
    await store.stash("plain", 1, 60)
    await store.stash("promoted", 1, 60, promote_on_expiry=True)
    for days in (400, -800):
        clock.jump(days)
        other = EmbeddedShortTermStore(clock, path) if kept_in == "file" else store
        for one in (store, other):
            assert await one.expires_in("plain") == pytest.approx(60, abs=0.001)
            assert await one.due() == ()
        if other is not store:
            other.close()
    clock.advance(60)
    assert await store.keys() == ("promoted",)
    assert [due.key for due in await store.due()] == ["promoted"]
    store.close()


async def test_after_a_boot_with_a_wrong_clock_what_waits_is_still_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ahead it is promoted too early, back too late; it is never lost."""
    rows = "muster.infrastructure.memory.embedded_short_term_store.boot_of_machine"
    boots = iter(("one", "two", "three"))
    monkeypatch.setattr(rows, lambda fallback: next(boots))
    store = EmbeddedShortTermStore(FakeClock(), path)
    await store.stash("a", 1, 60, promote_on_expiry=True)
    store.close()
    for days, due in ((-400, []), (400, ["a"])):
        clock = FakeClock()
        clock.jump(days)
        store = EmbeddedShortTermStore(clock, path)
        assert await store.retrieve("a") == 1
        assert [one.key for one in await store.due()] == due
        store.close()


async def test_what_is_over_leaves_the_file(path: Path) -> None:
    """Its bytes too, at the next writing."""
    clock = FakeClock()
    store = EmbeddedShortTermStore(clock, path)
    await store.stash("a", "a plainly fake secret", 10)
    clock.advance(10)
    await store.stash("b", 1)
    store.close()
    assert b"plainly fake" not in await asyncio.to_thread(path.read_bytes)


async def test_a_full_disk_is_false_and_writing_goes_on_when_there_is_room(path: Path) -> None:
    """What was there stays as it was, and can be promoted."""
    clock = FakeClock()
    store = EmbeddedShortTermStore(clock, path)
    await store.stash("a", "old", 10, promote_on_expiry=True)
    database = store._rows
    pages = await database.read(lambda c: int(c.pragma("page_count")))
    await database.read(lambda c: c.pragma("max_page_count", pages))
    assert await store.stash_many({"a": "new", "b": "long " * 100_000}) is False
    clock.advance(10)
    assert await store.retrieve_many(["a", "b"]) == {"a": "old"}
    (due,) = await store.due()
    assert await store.settle(due) is True
    await database.read(lambda c: c.pragma("max_page_count", pages + 1000))
    assert await store.stash("b", "long " * 100_000) is True
    store.close()


async def test_what_is_damaged_is_not_handed_out_and_hides_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in any way; it is said."""
    clock = FakeClock()
    store = EmbeddedShortTermStore(clock, path)
    await store.stash_many({key: key for key in "abc"}, 10, promote_on_expiry=True)
    await store._rows.write(lambda c: c.execute("UPDATE stashed SET value = x'227822' WHERE key = x'62'"))
    clock.advance(10)
    assert await store.retrieve_many("abc") == {"a": "a", "c": "c"}
    assert [due.key for due in await store.due(2)] == ["a", "c"]
    assert "'b' does not match its digest" in caplog.text
    store.close()


async def test_a_hundred_threads_in_each_of_three_processes_share_a_file(path: Path) -> None:
    """Nothing is lost, and each entry is settled once among them."""
    finished = finish(*(python(SHARE, str(path), str(name), str(THREADS)) for name in range(PROCESSES)))
    store = EmbeddedShortTermStore(FakeClock(), path)
    kept = {f"kept/{me}/{n}": [str(me), n] for me in range(PROCESSES) for n in range(THREADS)}
    assert await store.retrieve_many(list(kept)) == kept
    settled = [key for output in finished for key in output.split()]
    expected = {f"due/{me}/{n}" for me in range(PROCESSES) for n in range(THREADS)}
    assert len(settled) == len(set(settled))
    assert set(settled) | set(await store.keys("due/")) == expected
    assert set(settled).isdisjoint(await store.keys("due/"))
    store.close()


async def test_a_server_that_stops_is_an_error_soon_and_goes_on_when_it_is_back(
    server: RedisServer, client: RedisClient
) -> None:
    """Each method says so; none of them hangs."""
    store = RedisShortTermStore(client)
    await store.stash("a", 1, 0.001, promote_on_expiry=True)
    await asyncio.sleep(0.01)
    (due,) = await store.due()
    server.stop()
    async with asyncio.timeout(30):
        for attempt in (
            store.stash("b", 1), store.retrieve("a"), store.delete("a"), store.keys(), store.expires_in("a"),
            store.stashed_at("a"), store.due(), store.settle(due), store.stash_many({"b": 1}),
            store.retrieve_many(["a"]),
        ):  # fmt: skip
            with pytest.raises(StorageError, match="Redis at 'redis://"):
                await attempt
    server.start()
    assert await store.stash("b", 1)
    assert await store.retrieve("b") == 1


async def test_redis_is_told_to_forget_only_what_is_not_to_be_promoted(client: RedisClient) -> None:
    """And two namespaces do not know each other."""
    store, other = RedisShortTermStore(client, "one"), RedisShortTermStore(client, "two")
    await store.stash("plain", 1, 60)
    await store.stash("promoted", 1, 60, promote_on_expiry=True)
    await store.stash("turned", 1, 60)
    await store.stash("turned", 1, 60, promote_on_expiry=True)
    script = "return tostring(redis.call('TTL', KEYS[1]))"
    names = [f"{{one:short}}:entry:{key}" for key in ("plain", "promoted", "turned")]
    plain, promoted, turned = [int(await client.run(script, (name,), ())) for name in names]
    assert 55 < plain <= 60
    assert (promoted, turned) == (-1, -1)
    assert await other.keys() == ()
    assert await other.delete("plain") is False


async def limit(client: RedisClient, memory: str) -> None:
    """How much memory the server may use."""

    async def work(redis: Redis) -> None:
        await redis.config_set("maxmemory", memory)

    await client._do(work)


async def test_a_server_without_room_is_false_and_what_was_there_stays(client: RedisClient) -> None:
    """With room it goes on."""
    store = RedisShortTermStore(client)
    await store.stash("a", "old", 0.001, promote_on_expiry=True)
    await limit(client, "3mb")
    fillers = 0
    while await store.stash(f"filler/{fillers}", "x" * 500_000):
        fillers += 1
    assert fillers < 20
    assert await store.stash_many({"a": "new", "b": "x" * 500_000}) is False
    assert await store.retrieve_many(["a", "b"]) == {"a": "old"}
    (due,) = await store.due()
    assert await store.settle(due) is True
    await limit(client, "0")
    assert await store.stash("b", 1) is True
