"""Strategy: source code without the bodies of its functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .bm25 import Bm25
from .gather import Gathering
from .outline import Part, outline
from .room import Room
from .selected import Select, Selected, selection
from .terms import terms

MARKER = "..."
_WORD = re.compile(r"\w{3,}")
_DECLARES = re.compile(
    r"\s*(?:async\s+def|def|class|@|export|public|private|protected|static|func|fn|function|pub|"
    r"struct|enum|trait|impl|interface|type|namespace|module)\b|.*\{\s*$"
)


class Skeleton(Select):
    """Keeps signatures and docstrings, and the bodies that the query names; `...` stands for each that is gone.

    Bodies that still fit stay, those nearest to the query first, then the shortest. The markers are the only
    thing in the result that is not in the text; where they would take a quarter of the room there are none.
    """

    name = "skeleton"

    def select(self, text: str, room: Room, query: str) -> Selected:
        """The outline of `text`; what is no code is taken line by line."""
        parts = outline(text)
        units = [part.text for part in parts]
        marks = _markers(parts)
        cost = sum(room.cost(mark) for mark in marks.values())
        if cost * 4 > room.limit:
            marks = {}

        def join(kept: Mapping[int, str]) -> str:
            return "".join(_shown(parts, marks, kept))

        extra = {parts[body].owner: room.cost(mark) for body, mark in marks.items()}
        kept = Gathering(units, room, join=join, extra=extra).take(_ranking(parts, query))
        return selection(self.name, units, kept, join(kept))


def _markers(parts: Sequence[Part]) -> dict[int, str]:
    return {
        place: f"{part.text[: len(part.text) - len(part.text.lstrip(' ' + chr(9)))]}{MARKER}\n"
        for place, part in enumerate(parts)
        if part.body
    }


def _shown(parts: Sequence[Part], marks: Mapping[int, str], kept: Mapping[int, str]) -> list[str]:
    """Kept parts in order, and a marker for each body that is gone while its declaration stays whole."""
    return [
        kept[place] if place in kept else marks[place]
        for place, part in enumerate(parts)
        if place in kept or (place in marks and kept.get(part.owner) == parts[part.owner].text)
    ]


def _ranking(parts: Sequence[Part], query: str) -> list[int]:
    """Bodies that the query names, then declarations from the margin inwards, other lines, other bodies."""
    named = {word.lower() for word in _WORD.findall(query)}
    bodies = [terms(f"{part.name} {part.text}") if part.body and query else [] for part in parts]
    near = Bm25(bodies, terms(query)).scores(bodies) if query else [0.0] * len(parts)

    def worth(place: int) -> tuple[int, int, float, int, int]:
        part = parts[place]
        if part.body:
            asked = part.name.lower() in named
            return (0 if asked else 3, 0, -near[place], len(part.text), place)
        owner = parts[place + 1].name.lower() if place + 1 < len(parts) and parts[place + 1].body else ""
        if owner in named:
            return (0, 0, float("-inf"), 0, place)
        return (1 if _DECLARES.match(part.text) else 2, part.level, 0.0, 0, place)

    return sorted(range(len(parts)), key=worth)
