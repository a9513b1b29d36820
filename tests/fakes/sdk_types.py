"""Holds a request body against the request types of a provider's SDK, all the way down."""

from __future__ import annotations

import collections.abc
import types
from collections.abc import Callable, Iterator, Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

from typing_extensions import get_type_hints, is_typeddict

Problems = Iterator[str]


def problems(expected: Any, value: object, at: str = "body") -> list[str]:
    """What is wrong with `value`, a JSON value, as the type `expected`; each with its place. Nothing when it fits.

    Unlike pydantic it walks through iterables instead of taking them on trust, and refuses unknown keys.
    """
    return list(_check(expected)(expected, value, at))


def _check(expected: Any) -> Callable[[Any, object, str], Problems]:
    if is_typeddict(expected):
        return _in_typed_dict
    return _BY_ORIGIN.get(get_origin(expected) or expected, _plain)


def _anything(_expected: Any, _value: object, _at: str) -> Problems:
    return iter(())


def _inside(expected: Any, value: object, at: str) -> Problems:
    """What stands within Required, Annotated and the like."""
    yield from problems(get_args(expected)[0], value, at)


def _union(expected: Any, value: object, at: str) -> Problems:
    """One member has to fit; where none does, the one that fits best tells why."""
    yield from min((problems(one, value, at) for one in get_args(expected)), key=len)


def _literal(expected: Any, value: object, at: str) -> Problems:
    if value not in get_args(expected):
        yield f"{at}: {value!r} is none of {get_args(expected)}"


def _in_typed_dict(expected: Any, value: object, at: str) -> Problems:
    if not isinstance(value, Mapping):
        yield f"{at}: {value!r} is no {expected.__name__}"
        return
    known = get_type_hints(expected, include_extras=True)
    # With postponed annotations the class itself does not know which of its keys are required.
    required = {key for key, hint in known.items() if _is_required(hint)}
    for key in sorted(required - value.keys()):
        yield f"{at}: {key!r} is missing"
    for key, part in value.items():
        if key in known:
            yield from problems(known[key], part, f"{at}.{key}")
        else:
            yield f"{at}: {expected.__name__} has no {key!r}"


def _is_required(hint: Any) -> bool:
    origin: object = get_origin(hint)
    return origin is Required


def _in_list(expected: Any, value: object, at: str) -> Problems:
    if not isinstance(value, list):
        yield f"{at}: {value!r} is no list"
        return
    for index, part in enumerate(value):
        yield from problems(get_args(expected)[0], part, f"{at}[{index}]")


def _in_map(expected: Any, value: object, at: str) -> Problems:
    if not isinstance(value, Mapping):
        yield f"{at}: {value!r} is no object"
        return
    inner = get_args(expected)[1] if get_args(expected) else object
    for key, part in value.items():
        yield from problems(inner, part, f"{at}.{key}")


def _plain(expected: Any, value: object, at: str) -> Problems:
    """Numbers, text, truth values and nothing; true is not 1 in JSON, and 1 is a fine 1.0."""
    wanted = type(None) if expected is None else expected
    fits = isinstance(value, int | float) if wanted is float else isinstance(value, wanted)
    if not fits or (isinstance(value, bool) and wanted is not bool):
        yield f"{at}: {value!r} is no {wanted.__name__}"


_BY_ORIGIN: dict[Any, Callable[[Any, object, str], Problems]] = {
    Any: _anything,
    object: _anything,
    Required: _inside,
    NotRequired: _inside,
    Annotated: _inside,
    Union: _union,
    types.UnionType: _union,
    Literal: _literal,
    list: _in_list,
    collections.abc.Iterable: _in_list,
    collections.abc.Sequence: _in_list,
    dict: _in_map,
    collections.abc.Mapping: _in_map,
}
