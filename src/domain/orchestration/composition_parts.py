"""Compositions as people write them: mappings that may name parts of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import UnknownName, UserError
from .composition import MAX_DEPTH, Composition, Scalar
from .conditions import words_of
from .team import MAX_AGENTS

KEYS = ("pattern", "members", "options", "name")
USE = "use"
CONDITION = "when"
"""The one option that may be written as a mapping: a condition."""


class Misplaced(UserError):
    """Something in a composition is not as it is to be; `place` leads to it."""

    def __init__(self, place: tuple[int | str, ...], message: str, hint: str) -> None:
        super().__init__(f"{'.'.join(map(str, place))}: {message}", code="composition", hint=hint)
        self.place = place


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the reader is: the place in the document, and the names of the parts that led there."""

    place: tuple[int | str, ...]
    used: tuple[str, ...] = ()
    depth: int = 1

    def at(self, *steps: int | str) -> _Where:
        return _Where((*self.place, *steps), self.used, self.depth)


def read_composition(
    value: object, parts: Mapping[str, object], place: tuple[int | str, ...] = ("composition",)
) -> Composition:
    """The tree in `value`; a member `{use: NAME}` stands for `parts[NAME]`.

    Raises Misplaced, a UserError that names the place, for a wrong shape, a part that is not there, parts that go
    round in a circle, or a tree that is too deep.
    """
    return _composition(value, parts, _Where(place))


def _composition(value: object, parts: Mapping[str, object], where: _Where) -> Composition:
    if not isinstance(value, Mapping):
        raise Misplaced(where.place, f"{_shown(value)} is no composition", "write pattern: and members:")
    if USE in value:
        return _used(value, parts, where)
    if where.depth > MAX_DEPTH:
        raise Misplaced(
            where.place, f"more than {MAX_DEPTH} levels deep", "put fewer patterns inside each other"
        )
    unknown = [key for key in value if key not in KEYS]
    if unknown:
        hint = f"known: {', '.join(KEYS)}, or {USE} alone"
        raise Misplaced((*where.place, str(unknown[0])), "unknown key", hint)
    pattern, name = (_text(value, key, where) for key in ("pattern", "name"))
    if not pattern:
        raise Misplaced(where.place, "has no pattern", "write pattern: NAME")
    members = value.get("members")
    if not isinstance(members, list | tuple) or not 1 <= len(members) <= MAX_AGENTS:
        hint = "write a list of agents, compositions, or use: PART"
        raise Misplaced((*where.place, "members"), f"is to be a list of 1 to {MAX_AGENTS} members", hint)
    seats = tuple(_member(member, parts, where.at("members", i)) for i, member in enumerate(members))
    return Composition(pattern, seats, _options(value.get("options"), where.at("options")), name)


def _member(value: object, parts: Mapping[str, object], where: _Where) -> str | Composition:
    if isinstance(value, str) and value.strip():
        return value.strip()
    return _composition(value, parts, _Where(where.place, where.used, where.depth + 1))


def _used(value: Mapping[object, object], parts: Mapping[str, object], where: _Where) -> Composition:
    name = _text(value, USE, where)
    if len(value) > 1:
        raise Misplaced(where.place, f"has more than {USE}", f"write {USE}: {name} alone")
    if name in where.used:
        circle = " → ".join((*where.used[where.used.index(name) :], name))
        raise Misplaced(where.place, f"the parts go round in a circle: {circle}", "take one of them out")
    if name not in parts:
        raise Misplaced(where.place, str(UnknownName.of("part", name, parts)), "name it under parts:")
    below = _Where(("parts", name), (*where.used, name), where.depth)
    found = _composition(parts[name], parts, below)
    return found if found.name else Composition(found.pattern, found.members, found.options, name)


def _text(value: Mapping[object, object], key: str, where: _Where) -> str:
    found = value.get(key, "")
    if not isinstance(found, str):
        raise Misplaced((*where.place, key), f"{_shown(found)} is no name", "write a word")
    return found.strip()


def _options(value: object, where: _Where) -> dict[str, Scalar]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Misplaced(where.place, f"{_shown(value)} are no options", "write name: value")
    return {str(key): _option(str(key), each, where.at(str(key))) for key, each in value.items()}


def _option(key: str, value: object, where: _Where) -> Scalar:
    if key == CONDITION and isinstance(value, Mapping):
        try:
            return words_of(value)
        except UserError as error:
            raise Misplaced(where.place, error.message, error.hint) from error
    if not isinstance(value, str | int | float | bool):
        raise Misplaced(where.place, f"{_shown(value)} is no value", "write a word, a number, true or false")
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
