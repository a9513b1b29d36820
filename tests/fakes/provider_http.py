"""Just enough HTTP/1.1 for a scripted server: keep-alive, bodies of known length and in chunks."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived; header names in lower case, `at` in seconds of the monotonic clock.

    `body` is its parsed JSON, empty when there was none; `raw` are its bytes.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, object]
    raw: bytes
    query: str
    at: float


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    """Read the next request of a connection; None when the client is done."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raw = await _body(reader, headers)
    parts = urlsplit(target)
    return Received(method, parts.path, headers, _json(raw), raw, parts.query, time.monotonic())


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(pieces)


def _json(raw: bytes) -> dict[str, object]:
    try:
        value = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def head(status: int, content_type: str, extra: Mapping[str, str], length: int | None) -> bytes:
    """Write a status line and headers; without a length the body follows in chunks."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Overloaded"
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    lines = [f"HTTP/1.1 {status} {phrase}", f"content-type: {content_type}", framing]
    lines += [f"{name}: {value}" for name, value in extra.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Write one chunk of a body; the empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that its client sees a reset."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
