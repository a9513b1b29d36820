"""What every finder of local servers promises."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from muster.domain.models.found_server import FoundServer
from muster.infrastructure.llm.server_finder import HOST, USUAL_PORTS, LocalServerFinder
from tests.fakes.provider_server import ProviderServer

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LIST = b'{"data":[{"id":"m"}]}'


def port_of(server: ProviderServer) -> int:
    """The port that a server listens on."""
    return urlsplit(server.url).port or 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def speaker(speak: Speak) -> AsyncIterator[int]:
    """The port of a server that does whatever it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await speak(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


def says(content: bytes, *, status: bytes = b"200 OK", head: bytes = b"") -> Speak:
    """A server that answers everything with `content`."""

    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n" + content)
        await writer.drain()

    return speak


@pytest.mark.parametrize(
    ("serves", "owner", "kind"),
    [
        (("/api/",), "", "ollama"),
        (("/api/", "/v1/"), "library", "ollama"),
        (("/v1/", "/props"), "llamacpp", "llama.cpp"),
        (("/v1/", "/props", "/api/"), "llamacpp", "llama.cpp"),
        (("/v1/",), "vllm", "vllm"),
        (("/v1/",), "organization_owner", "lm-studio"),
        (("/v1/",), "somebody", "openai-compatible"),
    ],
)
async def test_a_server_is_known_by_what_it_answers(serves: tuple[str, ...], owner: str, kind: str) -> None:
    """Not by its port; it receives nothing but questions for lists."""
    async with ProviderServer(serves=serves) as server:
        server.lookups.models = ["one", "two", "one"]
        server.lookups.owner = owner

        found = await LocalServerFinder([port_of(server)]).find()

    assert found == (FoundServer(kind, server.url, ("one", "two")),)
    assert {request.method for request in server.received} == {"GET"}
    assert not any(request.body for request in server.received)


async def test_servers_come_in_the_order_of_the_ports() -> None:
    """And a port that nobody listens on is passed over."""
    async with ProviderServer(serves=("/api/",)) as one, ProviderServer(serves=("/v1/",)) as two:
        ports = [port_of(two), free_port(), port_of(one), port_of(two)]
        found = await LocalServerFinder(ports).find()

    assert [server.url for server in found] == [two.url, one.url]


async def test_no_server_is_an_empty_answer() -> None:
    """Never an error."""
    assert await LocalServerFinder([free_port()]).find() == ()
    assert await LocalServerFinder([]).find() == ()


async def test_a_server_without_models_is_found() -> None:
    """There is something to load a model into."""
    async with ProviderServer(serves=("/v1/",)) as server:
        server.lookups.models = []
        found = await LocalServerFinder([port_of(server)]).find()

    assert [one.models for one in found] == [()]


HOSTILE = {
    "not json": says(b"<html>hello</html>"),
    "no object": says(b"[1, 2]"),
    "no list": says(b'{"data": {"id": "m"}, "models": 3}'),
    "no objects in the list": says(b'{"data": ["m", null]}'),
    "deep": says(b'{"data":' + b"[" * 100_000),
    "not utf-8": says(b'{"data":[{"id":"\xff\xfe"}]}'),
    "refused": says(LIST, status=b"401 Unauthorized"),
    "elsewhere": says(LIST, status=b"302 Found", head=b"Location: http://127.0.0.1:9/\r\n"),
    "cut off": says(LIST, head=b"Content-Length: 1000\r\n"),
    "no http": says(b"", status=b"\x00\x01"),
    "a bad length": says(LIST, head=b"Content-Length: -5\r\nTransfer-Encoding: chunked\r\n"),
    "huge": says(b" " * 1_100_000 + LIST),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_whatever_is_no_whole_list_of_models_is_passed_over(kind: str) -> None:
    """The servers beside it are found all the same."""
    async with speaker(HOSTILE[kind]) as port, ProviderServer(serves=("/v1/",)) as server:
        found = await LocalServerFinder([port, port_of(server)]).find()

    assert [one.url for one in found] == [server.url]


@pytest.mark.parametrize("pause", [0.01, 10.0])
async def test_a_server_that_never_ends_is_given_up_in_time(pause: float) -> None:
    """Whether it is silent or goes on and on; all ports are asked at once."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(pause)

    async with speaker(drip) as one, speaker(drip) as two:
        began = time.monotonic()
        found = await LocalServerFinder([one, two], seconds=0.2).find()
        took = time.monotonic() - began

    assert found == ()
    assert took < 1.0


async def test_names_that_are_no_names_are_left_out() -> None:
    """And a list is cut where it is longer than anybody needs."""
    content = (
        b'{"data":[{"id":"m"},{"id":3},{"id":""},{"id":"'
        + b"x" * 201
        + b'"},{}'
        + b',{"id":"n"}' * 600
        + b"]}"
    )
    async with speaker(says(content)) as port:
        (found,) = await LocalServerFinder([port]).find()

    assert found.models == ("m", "n")


async def test_a_server_that_keeps_the_connection_is_heard() -> None:
    """An answer that came whole counts, even when the end of the connection did not come."""

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(LIST) + LIST)
        await reader.read()

    async with speaker(keep) as port:
        found = await LocalServerFinder([port], seconds=0.2).find()

    assert [server.models for server in found] == [("m",)]


async def test_giving_up_leaves_no_connection_open() -> None:
    """A look that is cancelled closes what it has opened."""
    gone = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            gone.set()

    async with speaker(listen) as port:
        look = asyncio.create_task(LocalServerFinder([port], seconds=60).find())
        await asyncio.sleep(0.05)
        look.cancel()
        await asyncio.gather(look, return_exceptions=True)
        async with asyncio.timeout(5):
            await gone.wait()
    assert look.cancelled()


def test_the_usual_ports_are_those_of_four_servers() -> None:
    """Ollama, llama.cpp, vLLM and LM Studio, on this machine alone."""
    assert (HOST, USUAL_PORTS) == ("127.0.0.1", (11434, 8080, 8000, 1234))
