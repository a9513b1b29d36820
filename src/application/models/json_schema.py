"""Holding a JSON value to a JSON schema, as far as schemas of answers go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...domain.errors import UserError

MAX_PROBLEMS = 5
"""Problems that are told at once."""

DEPTH = 100
"""Schemas within schemas; a reference to itself ends there."""

Schema = Mapping[str, Any]

TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool)
        and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}


def problems(value: object, schema: Schema) -> list[str]:
    """What of `value` does not fit `schema`, place by place and without the values; empty when it fits.

    Types, properties, items, enum, const, bounds, lengths, patterns, all/any/oneOf, not, and references within
    the schema are held. Other keywords (formats, multiples, conditions) are not.
    Raises UserError for a schema that cannot be followed.
    """
    found: list[str] = []
    for problem in _Check(schema).run(value, schema, "", 0):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return found


class _Check:
    """One check; knows the whole schema, which references are about."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def run(self, value: object, schema: object, at: str, depth: int) -> Iterator[str]:
        if schema is True:
            return
        if depth > DEPTH:
            yield f"{at or 'the answer'} is nested too deeply"
            return
        if not isinstance(schema, Mapping):
            yield f"{at or 'the answer'} is not allowed"
            return
        if isinstance(schema.get("$ref"), str):
            yield from self.run(value, self._target(schema["$ref"]), at, depth + 1)
        wrong = list(_scalar(value, schema))
        if wrong:
            yield from (f"{at or 'the answer'} {problem}" for problem in wrong)
            return
        if isinstance(value, dict):
            yield from self._object(value, schema, at, depth + 1)
        elif isinstance(value, list):
            yield from self._array(value, schema, at, depth + 1)
        yield from self._combined(value, schema, at, depth + 1)

    def _object(self, value: dict[str, Any], schema: Schema, at: str, depth: int) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{_inside(at, name)} is missing"
        for name, part in value.items():
            if name in known:
                yield from self.run(part, known[name], _inside(at, name), depth)
            elif "additionalProperties" in schema:
                yield from self.run(part, schema["additionalProperties"], _inside(at, name), depth)

    def _array(self, value: list[Any], schema: Schema, at: str, depth: int) -> Iterator[str]:
        prefix: Sequence[Any] = schema.get("prefixItems", ())
        for number, part in enumerate(value):
            wanted = prefix[number] if number < len(prefix) else schema.get("items", True)
            yield from self.run(part, wanted, f"{at}[{number}]", depth)
        if schema.get("uniqueItems") and len({_canonical(part) for part in value}) < len(value):
            yield f"{at or 'the answer'} holds the same item twice"

    def _combined(self, value: object, schema: Schema, at: str, depth: int) -> Iterator[str]:
        for part in schema.get("allOf", ()):
            yield from self.run(value, part, at, depth)
        place = at or "the answer"
        if "anyOf" in schema and not self._fitting(value, schema["anyOf"], depth):
            yield f"{place} fits none of the allowed forms"
        if "oneOf" in schema and self._fitting(value, schema["oneOf"], depth) != 1:
            yield f"{place} does not fit exactly one of the allowed forms"
        if "not" in schema and self._fitting(value, [schema["not"]], depth):
            yield f"{place} has a form that is not allowed"

    def _fitting(self, value: object, schemas: Sequence[Any], depth: int) -> int:
        return sum(next(self.run(value, schema, "", depth), None) is None for schema in schemas)

    def _target(self, reference: str) -> object:
        found: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if step and not (isinstance(found, Mapping) and name in found):
                hint = "references lead to a place within the schema, such as #/$defs/NAME"
                raise UserError(f"the schema refers to {reference!r}, which it does not hold", hint=hint)
            found = found[name] if step else found
        return found


def _scalar(value: object, schema: Schema) -> Iterator[str]:
    """What can be told without looking inside."""
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(TYPES[kind](value) for kind in kinds if kind in TYPES):
        yield f"is not of type {' or '.join(kinds)}"
        return
    if "enum" in schema and _canonical(value) not in {_canonical(one) for one in schema["enum"]}:
        yield "is not one of the allowed values"
    if "const" in schema and _canonical(value) != _canonical(schema["const"]):
        yield "is not the one allowed value"
    if TYPES["number"](value):
        yield from _bounds(value, schema, ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "")
    elif isinstance(value, str):
        yield from _bounds(len(value), schema, ("minLength", "maxLength"), "its length ")
        if "pattern" in schema and not _matches(schema["pattern"], value):
            yield f"does not match {schema['pattern']!r}"
    elif isinstance(value, list):
        yield from _bounds(len(value), schema, ("minItems", "maxItems"), "its length ")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error as error:
        raise UserError(f"the schema holds a pattern that is none: {pattern!r}", hint=str(error)) from None


def _bounds(number: Any, schema: Schema, keywords: Sequence[str], what: str) -> Iterator[str]:
    for keyword in keywords:
        if keyword in schema and _outside(number, keyword, schema[keyword]):
            yield f"is out of bounds: {what}{keyword} is {schema[keyword]}"


def _outside(number: Any, keyword: str, bound: Any) -> bool:
    if keyword == "exclusiveMinimum":
        return bool(number <= bound)
    if keyword == "exclusiveMaximum":
        return bool(number >= bound)
    return bool(number < bound if keyword.startswith("min") else number > bound)


def _canonical(value: object) -> str:
    """Equal for equal JSON values: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def _inside(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
