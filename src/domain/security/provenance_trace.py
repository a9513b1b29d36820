"""Tracing the arguments of a tool call to what was said by the task and to what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..tools.spec import ToolKind, ToolSpec
from .provenance import Part, Traced, Whence, part_of
from .provenance_text import Named, Passage, loose, pieces, references, variants

DEEPEST = 40
"""Levels of lists and objects that are looked into; what lies deeper counts as a value of its own making."""

NAME = " (name)"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a call is held against: what was named, and everything that was read until now."""

    named: Named
    passages: Sequence[Passage]


def trace(arguments: str, spec: ToolSpec, reading: Reading) -> tuple[Traced, ...]:
    """Every value in the JSON text `arguments`, with whence it is; text that is no object is one value.

    Values that tell nothing (true, null, "", a choice or default of the schema) are left out.
    """
    try:
        pairs = json.loads(arguments.strip() or "{}", object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return (Traced("arguments", arguments, Part.TARGET, Whence.OWN),)
    if pairs == "":
        return ()
    if not isinstance(pairs, _Pairs):
        return (Traced("arguments", arguments, Part.TARGET, Whence.OWN),)
    found: list[Traced] = []
    for name, value in pairs:
        known = _offered(spec.parameters, name)
        part = part_of(name, spec.targets)
        for place, leaf in _leaves(name, value, 0):
            if not (leaf is None or isinstance(leaf, bool) or leaf == "" or leaf in known):
                found += _traced(place, leaf, part, reading, spec.kind is ToolKind.STAGE)
    return tuple(found)


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, one that comes twice included: nobody knows which one a tool takes."""


def _offered(schema: Mapping[str, Any], name: str) -> Sequence[Any]:
    """The values that the schema itself names for an argument."""
    properties = schema.get("properties")
    own = properties.get(name) if isinstance(properties, Mapping) else None
    if not isinstance(own, Mapping):
        return ()
    choices = own.get("enum")
    found = list(choices) if isinstance(choices, list) else []
    return [*found, *(own[key] for key in ("const", "default") if key in own)]


def _leaves(place: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Each value with its place: to[0], options.path; the names in inner objects are values, too."""
    if depth > DEEPEST:
        yield place, str(value)
    elif isinstance(value, _Pairs):
        for name, inner in value:
            yield f"{place}{NAME}", name
            yield from _leaves(f"{place}.{name}", inner, depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(f"{place}[{number}]", inner, depth + 1)
    else:
        yield place, value


def _traced(
    place: str, leaf: str | int | float, part: Part, reading: Reading, staged: bool
) -> Iterator[Traced]:
    if part is Part.CONTENT or place.endswith(NAME):
        if isinstance(leaf, str):
            yield from _content(place, leaf, reading)
        return
    named = reading.named
    said = (
        (leaf in named or named.path(leaf, granted=staged)) if isinstance(leaf, str) else named.number(leaf)
    )
    yield (
        Traced(place, str(leaf), Part.TARGET, Whence.TASK)
        if said
        else _elsewhere(place, str(leaf), Part.TARGET, reading)
    )


def _content(place: str, value: str, reading: Reading) -> Iterator[Traced]:
    """References one by one, and the first piece that was read elsewhere and not said by the task."""
    told = False
    for reference in dict.fromkeys([*references(value), *references(loose(value))]):
        if reference not in reading.named:
            yield _elsewhere(place, reference, Part.REFERENCE, reading)
            told = True
    if told:
        return
    for piece in dict.fromkeys([value, *pieces(value)] if len(value) >= 12 else pieces(value)):
        if reading.named.says(loose(piece)):
            continue
        found = _elsewhere(place, piece, Part.CONTENT, reading)
        if found.whence is Whence.DATA:
            yield found
            return
    yield Traced(place, value, Part.CONTENT, Whence.TASK if value in reading.named else Whence.OWN)


def _elsewhere(place: str, value: str, part: Part, reading: Reading) -> Traced:
    """A value that the task does not name: read in one of the passages, the newest first, or made up."""
    for form in dict.fromkeys(form for form in variants(value) if form):
        for passage in reversed(reading.passages):
            if passage.holds(form):
                return Traced(place, value, part, Whence.DATA, passage.source, passage.line_of(form))
    return Traced(place, value, part, Whence.OWN)
