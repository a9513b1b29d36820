"""A server that pours out whatever it likes, at its own pace, until the client hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .provider_http import read_request

SHOW = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
Pour = Callable[[], AsyncIterator[bytes]]


class HostileServer:
    """Answers every request but Ollama's question for a model with what `pour` gives; `sent` counts its bytes."""

    def __init__(self, pour: Pour) -> None:
        self._pour = pour
        self.url = ""
        self.sent = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while (asked := await read_request(reader)) is not None:
                if asked.path == "/api/show":
                    writer.write(SHOW)
                    continue
                async for piece in self._pour():
                    writer.write(piece)
                    await writer.drain()
                    self.sent += len(piece)
                break
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hostile(pour: Pour) -> AsyncIterator[HostileServer]:
    """A running one."""
    server = HostileServer(pour)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The head of an answer without a length: its body ends with the connection."""
    return "\r\n".join((f"HTTP/1.1 {status}", "connection: close", *lines, "", "")).encode()


def endless(start: bytes, piece: bytes, pause: float = 0) -> Pour:
    """`start`, and then `piece` for ever; `pause` is in seconds."""

    async def pour() -> AsyncIterator[bytes]:
        yield start
        while True:
            yield piece
            await asyncio.sleep(pause)

    return pour


def once(*pieces: bytes) -> Pour:
    """These bytes, and the end of the connection."""

    async def pour() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return pour
