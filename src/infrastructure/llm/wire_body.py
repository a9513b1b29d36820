"""How much of an answer is read, and how long it may take: no server can fill the memory or hold a call for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Protocol

MOST_BYTES = 64 << 20
"""Of a streamed answer: several times what the longest one takes."""
MOST_IN_ONE_PIECE = 8 << 20
"""Of one JSON text (an answer in one piece, or one event): read, it takes up to twenty times as much memory."""
MOST_OF_A_REFUSAL = 64 << 10
TURN = 64 << 10
"""Bytes after which the other tasks have their turn, also when a server sends faster than it is read."""
LINGER_SECONDS = 0.1
"""How long the end of a body is waited for once the answer is complete, so that the connection can be used again."""


class TooLarge(Exception):
    """A server sent more than any answer has; the message says how much is read."""

    def __init__(self, most: int, what: str = "its answer") -> None:
        super().__init__(f"{what} is larger than {most >> 20} MB")


class Refused(Exception):
    """An answer with a status that is no success; its body is JSON where it could be read as such, else None."""

    def __init__(self, status: int, headers: Mapping[str, str], body: object) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class Answer(Protocol):
    """An answer of which the head has come."""

    @property
    def status_code(self) -> int:
        """Its HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Its header; names in lower case are found."""
        ...

    def aiter_bytes(self) -> AsyncGenerator[bytes]:
        """Its body, without the encoding that it travelled in."""
        ...


async def refuse(answer: Answer) -> None:
    """Raise Refused for an answer that is no success, before an SDK reads its body to the end.

    To be called as soon as the head is there.
    """
    if not 200 <= answer.status_code < 300:
        async with aclosing(answer.aiter_bytes()) as chunks:
            body = await refusal_in(chunks)
        raise Refused(answer.status_code, answer.headers, body)


async def refusal_in(chunks: AsyncIterator[bytes]) -> object:
    """What the beginning of a refusal says, as JSON; None when that is not all of it, or none."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk[:MOST_OF_A_REFUSAL]
        if len(data) >= MOST_OF_A_REFUSAL:
            return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


async def bounded(
    chunks: AsyncIterator[bytes], deadline: float, most: int = MOST_BYTES
) -> AsyncGenerator[bytes]:
    """The chunks of a body; raises TimeoutError at `deadline` (by the clock of the loop), TooLarge after `most`."""
    clock = asyncio.get_running_loop().time
    size = turn = 0
    while True:
        if clock() >= deadline:  # without this, a server that is never waited for would not be timed
            raise TimeoutError
        async with asyncio.timeout_at(deadline):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        size += len(chunk)
        if size > most:
            raise TooLarge(most)
        if size - turn >= TURN:
            turn = size
            await asyncio.sleep(0)
        yield chunk


async def whole(chunks: AsyncIterator[bytes], deadline: float) -> bytes:
    """A body in one piece; raises as `bounded` does."""
    async with aclosing(bounded(chunks, deadline, MOST_IN_ONE_PIECE)) as pieces:
        return b"".join([piece async for piece in pieces])


async def linger(chunks: AsyncIterator[bytes]) -> None:
    """Read what follows a complete answer: usually nothing but the end of the body. Nothing here is an error."""
    with suppress(Exception):
        async with asyncio.timeout(LINGER_SECONDS):
            async for _ in chunks:
                pass
