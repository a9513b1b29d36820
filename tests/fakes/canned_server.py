"""A server that answers every request with the same bytes, for answers that no real provider should give."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from .provider_http import read_request

STREAM = "text/event-stream"


def as_stream(events: Sequence[object]) -> bytes:
    """Server-sent events with JSON data, and OpenAI's mark of the end."""
    return (
        b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"
    )


@asynccontextmanager
async def canned(
    body: bytes, content_type: str = "application/json", status: str = "200 OK"
) -> AsyncIterator[str]:
    """The URL of a server that answers so; extra header lines may follow the status after a line break."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await read_request(reader) is not None:
                writer.write(head.encode() + body)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
