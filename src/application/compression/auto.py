"""Strategy: whichever suits the text, and how much of it must go."""

from __future__ import annotations

from .code import looks_like_code
from .extractive import Extractive
from .room import Room
from .selected import Select, Selected
from .skeleton import Skeleton
from .truncation import Truncation

LITTLE = 0.9
"""When so much of a text may stay and nobody asks for anything, its ends tell more than a choice of sentences."""

LARGEST = 20_000_000
"""Characters beyond which choosing sentences would take minutes: there the ends are kept."""


class Auto(Select):
    """Code becomes a skeleton; with a query, or when much must go, sentences are chosen; else the ends are kept."""

    name = "auto"

    def select(self, text: str, room: Room, query: str) -> Selected:
        """What the chosen strategy makes of `text`; the result names it."""
        return self.choose(text, room, query).select(text, room, query)

    def choose(self, text: str, room: Room, query: str) -> Select:
        """The strategy for this text, this room and this query."""
        if len(text) > LARGEST:
            return Truncation()
        if looks_like_code(text):
            return Skeleton()
        if query or room.limit < LITTLE * room.cost(text):
            return Extractive()
        return Truncation()
