"""Lines and events of a body that arrives in chunks, and the end of an answer in lines."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from ...domain.errors import ModelFailure
from .wire_body import MOST_IN_ONE_PIECE, TooLarge

DATA = b"data:"


class LineBuffer:
    """Cuts chunks into whole lines, each without its line break; linear in the size of the body."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that `chunk` completes; raises TooLarge for a line that does not end."""
        first, *others = chunk.split(b"\n")
        self._begun.append(first)
        self._size += len(first)
        if self._size > MOST_IN_ONE_PIECE:
            raise TooLarge(MOST_IN_ONE_PIECE, "a line of its answer")
        if not others:
            return []
        others.insert(0, b"".join(self._begun))
        self._begun = [others.pop()]
        self._size = len(self._begun[0])
        return others

    def rest(self) -> bytes:
        """What came after the last line break."""
        return b"".join(self._begun)


class EventBuffer:
    """Cuts chunks into the data of server-sent events; what is left without a blank line at the end is none."""

    def __init__(self) -> None:
        self._lines = LineBuffer()
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that `chunk` completes; raises TooLarge for an event that does not end."""
        events: list[bytes] = []
        for line in self._lines.feed(chunk):
            if line.startswith(DATA):
                self._size += len(line)
                if self._size > MOST_IN_ONE_PIECE:
                    raise TooLarge(MOST_IN_ONE_PIECE, "an event of its answer")
                self._data.append(line[len(DATA) :].strip())
            elif self._data and line in (b"", b"\r"):
                events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data = []
                self._size = 0
        return events


class Reader(Protocol):
    """Whoever reads an answer and knows when it is complete."""

    @property
    def done(self) -> bool:
        """Whether the last event of the answer was read."""
        ...


async def until_done(reader: Reader, arrived: AsyncGenerator[list[bytes]]) -> AsyncGenerator[list[bytes]]:
    """What arrives, closed with this; a failure after the end of the answer is none, for all of it is there."""
    try:
        async with aclosing(arrived):
            async for lines in arrived:
                yield lines
    except ModelFailure:
        if not reader.done:
            raise
