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
    made = RedisClient(server.url)
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
        client = RedisClient(server.url)
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
    client = RedisClient(server.url)
    await client.get("a")
    client.close()
    client.close()
    with pytest.raises(StorageError, match="is closed"):
        await client.get("a")
    RedisClient(server.url).close()
