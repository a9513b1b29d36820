"""The end of a connection at which a scripted provider writes its answers."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from .provider_http import chunk, head, reset
from .provider_script import Answer
from .provider_wire_common import Call, Wire, dumps

JSON = "application/json"


class Gone(Exception):
    """The client has left, or the script ends its connection."""


class Connection:
    """Writes one answer to a client, and notices when the client leaves before its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.headers: dict[str, str] = {}
        self.left = False

    def whole(self, status: int, body: object) -> None:
        """Send a JSON body."""
        self.raw(status, JSON, dumps(body))

    def raw(self, status: int, content_type: str, body: bytes) -> None:
        """Send bytes of a known length."""
        self._writer.write(head(status, content_type, self.headers, len(body)) + body)

    async def answer(self, wire: Wire, answer: Answer, call: Call) -> None:
        """Send an answer in one piece, or the part of it that the script wants."""
        if answer.failure:
            return self.whole(answer.failure.code, wire.error(answer.failure))
        if answer.stall:
            return await self.silence()
        body = dumps(wire.whole(answer, call))
        await self.pause(answer.pause)
        if not answer.cut:
            return self.raw(200, JSON, body)
        part = body[: len(body) // 2]
        if answer.cut == "tidy":
            return self.raw(200, JSON, part)
        self._writer.write(head(200, JSON, self.headers, len(body)) + part)
        raise Gone

    async def stream(self, wire: Wire, answer: Answer, call: Call) -> None:
        """Send an answer in chunks, one an event; without pauses they leave together."""
        opening = head(200, wire.stream_type, self.headers, None)
        if answer.pause:
            self._writer.write(opening)
            for piece in wire.pieces(answer, call):
                self._writer.write(chunk(piece))
                await self.pause(answer.pause)
        else:
            self._writer.write(opening + b"".join(map(chunk, wire.pieces(answer, call))))
        if answer.stall:
            await self.silence()
        if answer.cut == "broken":
            raise Gone
        self._writer.write(chunk(b""))

    async def pause(self, seconds: float) -> None:
        """Wait, unless the client leaves meanwhile."""
        if not seconds:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.silence(), seconds)

    async def silence(self) -> None:
        """Say nothing until the client leaves; a client that waits for its answer sends nothing either."""
        with suppress(ConnectionError):
            await self._reader.read(1)
        self.left = True
        raise Gone

    def reset(self) -> None:
        """Reset the connection."""
        reset(self._writer)
        raise Gone
