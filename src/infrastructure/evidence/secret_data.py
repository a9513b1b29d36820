"""Secrets in data: a value's name tells what no value tells by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from .analysers.secret_candidates import MASK
from .analysers.secret_judged import tells_secret

NAMED_BY = ("name", "key", "Name", "Key")
VALUED_BY = ("value", "Value")
"""Fields of an object that is one name and its value, as lists of environment variables and headers have it."""
PASSED_ON = frozenset({*VALUED_BY, "default", "current", "data"})
"""Fields whose values are what the object itself is called."""


def masked(value: object, mask: Callable[[str], str]) -> object:
    """A copy of the JSON `value`: `mask` for every text, and `****` for those that stand under a telling name.

    Numbers, order and structure stay; tuples become lists. Without recursion, so that no depth is too deep. Where two
    names become one, the later is kept under `name#2`.
    """
    root: list[object] = [None]
    waiting: list[tuple[object, object, object, str]] = [(root, 0, value, "")]
    while waiting:
        into, place, one, called = waiting.pop()
        made: object = one
        if isinstance(one, str):
            made = MASK if called and tells_secret(called, one) else mask(one)
        elif isinstance(one, Mapping):
            fields: dict[object, object] = {}
            waiting += [(fields, name, part, word) for name, part, word in _fields(one, called, mask, fields)]
            made = fields
        elif isinstance(one, list | tuple):
            made = [None] * len(one)
            waiting += [(made, number, part, called) for number, part in enumerate(one)]
        into[place] = made  # type: ignore[index]  # a list by number or a dict by name
    return root[0]


def _fields(
    one: Mapping[object, object], called: str, mask: Callable[[str], str], fields: dict[object, object]
) -> Iterator[tuple[object, object, str]]:
    """Each field under the name that it keeps, with what it is called; `fields` has the names in their order."""
    pair = next((one[by] for by in NAMED_BY if isinstance(one.get(by), str)), None)
    for name, part in one.items():
        kept = _free(mask(name) if isinstance(name, str) else name, fields)
        fields[kept] = None
        word = name if isinstance(name, str) else ""
        if isinstance(pair, str) and name in VALUED_BY:
            word = pair
        elif called and name in PASSED_ON:
            word = called
        yield kept, part, word


def _free(name: object, taken: Mapping[object, object]) -> object:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}#{number}"
    return free
