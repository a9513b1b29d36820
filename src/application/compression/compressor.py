"""What every compression strategy promises, and the one that chooses parts of the text."""

from __future__ import annotations

import asyncio
from typing import Protocol

from ...domain.ports.clock import Clock
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.compression import CompressionResult
from .room import Room, checked_limit
from .selected import Select, Selected, dropped

UNTOUCHED = "none"
"""The strategy of a result that is the text itself, or nothing."""

IN_A_THREAD = 50_000
"""Characters from which on the event loop is not held up by the work."""


class Compressor(Protocol):
    """Makes a text fit.

    For any text and any counter: the result takes at most `limit` tokens; a text within the limit comes back as
    the very same object; a limit of 0 gives the empty text, and one below is a UserError. Unless a model wrote
    the result, it is made of pieces of the text, in their order.
    """

    @property
    def name(self) -> str:
        """Under which the strategy is asked for."""
        ...

    async def compress(self, text: str, limit: int, query: str = "") -> CompressionResult:
        """Bring `text` to at most `limit` tokens; `query` is what it will be read for."""
        ...


class SelectingCompressor(Compressor):
    """Chooses what stays by one strategy; what needs no choice is settled here."""

    def __init__(self, strategy: Select, counter: TokenCounter, clock: Clock) -> None:
        self._strategy = strategy
        self._counter = counter
        self._clock = clock

    @property
    def name(self) -> str:
        """The strategy's own."""
        return self._strategy.name

    async def compress(self, text: str, limit: int, query: str = "") -> CompressionResult:
        """Keep the laws of the protocol; long texts are worked on in a thread."""
        room = Room(checked_limit(limit), self._counter)
        if len(text) < IN_A_THREAD:
            return self._compressed(text, room, query)
        return await asyncio.to_thread(self._compressed, text, room, query)

    def _compressed(self, text: str, room: Room, query: str) -> CompressionResult:
        started = self._clock.monotonic()
        selected = shrink(text, room, self._strategy, query)
        before, after = self._counter.count(text), self._counter.count(selected.text)
        return CompressionResult(
            selected.text, before.at_most, after.at_most, selected.strategy, dropped(text, selected.gaps),
            exact=before.exact and after.exact, seconds=self._clock.monotonic() - started,
        )  # fmt: skip


def shrink(text: str, room: Room, strategy: Select, query: str = "") -> Selected:
    """What `strategy` leaves of `text`; nothing for a room of nothing, the text itself where it fits.

    Raises UserError for a limit below zero.
    """
    if checked_limit(room.limit) == 0:
        return Selected("", ((0, len(text)),) if text else (), UNTOUCHED)
    if room.fits(text):
        return Selected(text, (), UNTOUCHED)
    return strategy.select(text, room, query)
