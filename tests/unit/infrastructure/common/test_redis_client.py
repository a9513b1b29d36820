"""The way to Redis, and what is said when it is blocked."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from muster.domain.errors import ConfigurationError, StorageError
from muster.infrastructure.common.redis_client import RedisClient
from tests.fakes.redis_server import RedisServer, free_port, redis_server


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """A server."""
    with redis_server() as running:
        yield running


@pytest.fixture
def client(server: RedisServer) -> Iterator[RedisClient]:
    """A way to it."""
    made = RedisClient(server.url, patience=20)
    yield made
    made.close()


async def test_what_was_put_comes_back(client: RedisClient) -> None:
    """Bytes of any kind."""
    await client.put("a", b"\x00\xff", 60)
    assert await client.get("a") == b"\x00\xff"
    assert await client.get("nobody") is None


async def test_a_value_is_forgotten_after_its_time(client: RedisClient) -> None:
    """The server sees to that."""
    await client.put("b", b"x", 60)
    assert 55 < int(await client.run("return tostring(redis.call('TTL', KEYS[1]))", ("b",), ())) <= 60


def test_several_event_loops_share_it(client: RedisClient) -> None:
    """One after the other, as the synchronous face starts them."""
    for number in range(3):
        asyncio.run(client.put("c", b"%d" % number, 60))
        assert asyncio.run(client.get("c")) == b"%d" % number


async def test_a_server_restarted_meanwhile_is_found_again() -> None:
    """The connection that it closed is no failure."""
    with redis_server() as server:
        client = RedisClient(server.url, patience=20)
        await client.put("a", b"1", 60)
        server.stop()
        server.start()
        assert await client.get("a") is None
        client.close()


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    """And nobody waits for long."""
    port = free_port()
    client = RedisClient(f"redis://ann:tr4in-Qu9artz@127.0.0.1:{port}/0?client_name=x")
    with pytest.raises(StorageError, match="ConnectionError") as caught:
        await client.get("a")
    assert caught.value.code == "redis-away"
    assert client.name == f"redis://127.0.0.1:{port}/0"
    assert "tr4in" not in f"{caught.value} {caught.value.details}"
    client.close()


async def test_a_server_that_never_answers_is_given_up() -> None:
    """After the time that was set for it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = RedisClient(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", patience=0.1)
        started = time.perf_counter()
        with pytest.raises(StorageError, match=r"did not answer in 0\.1 s"):
            await client.get("a")
        assert time.perf_counter() - started < 2
        client.close()


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:1/", "redis://127.0.0.1:port/0"])
async def test_an_address_that_is_none_is_a_setting_that_is_wrong(url: str) -> None:
    """No fault of any server."""
    client = RedisClient(url)
    with pytest.raises(ConfigurationError, match="no address of a Redis server"):
        await client.get("a")
    client.close()


async def test_a_closed_client_says_so(server: RedisServer) -> None:
    """Closing twice is no mistake, nor is closing what was never used."""
    client = RedisClient(server.url, patience=20)
    await client.get("a")
    client.close()
    client.close()
    with pytest.raises(StorageError, match="is closed"):
        await client.get("a")
    RedisClient(server.url).close()


async def test_what_is_asked_at_the_same_moment_goes_there_together(client: RedisClient) -> None:
    """In a few messages; each gets its own answer."""
    await client.get("a")

    async def messages() -> int:
        script = "return tostring(redis.call('INFO', 'stats'):match('total_reads_processed:(%d+)'))"
        return int(await client.run(script, (), ()))

    before = await messages()
    asked = [client.run("return ARGV[1] .. KEYS[1]", ("k",), (number,)) for number in range(500)]
    assert await asyncio.gather(*asked) == [b"%dk" % number for number in range(500)]
    assert await messages() - before < 50


async def test_a_script_that_fails_is_its_own_error_alone(client: RedisClient) -> None:
    """Those that went with it are answered."""
    scripts = ["return ARGV[1]", "return nothing.at.all", "return ARGV[1]"]
    told = await asyncio.gather(*(client.run(one, (), ("x",)) for one in scripts), return_exceptions=True)
    assert (told[0], told[2]) == (b"x", b"x")
    assert isinstance(told[1], StorageError)


async def test_great_questions_are_not_heaped(client: RedisClient) -> None:
    """Each comes back whole, whatever its size and its neighbours'."""
    sizes = [10, 700_000, 10, 700_000, 1_500_000, 10]
    asked = [client.run("return ARGV[1]", (), (b"%d" % at * size,)) for at, size in enumerate(sizes)]
    assert await asyncio.gather(*asked) == [b"%d" % at * size for at, size in enumerate(sizes)]


async def test_what_was_given_up_is_not_sent(client: RedisClient) -> None:
    """What waited beside it is."""
    count = "return tostring(redis.call('INCR', KEYS[1]))"
    slow = asyncio.create_task(client.run("for i = 1, 10000000 do end return ''", (), ()))
    await asyncio.sleep(0.02)  # it is under way
    late, kept = [asyncio.create_task(client.run(count, (key,), ())) for key in ("late", "kept")]
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.gather(slow, kept)
    assert (await client.get("late"), await client.get("kept")) == (None, b"1")
