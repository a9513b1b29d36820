"""Which names of private Python modules are public all the same, because public modules hand them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

EVERYTHING = "*"


def is_hidden(path: str) -> bool:
    """Whether a folder or the file itself says by a leading underscore that it is not for others."""
    return any(part.startswith("_") and not part.startswith("__") for part in PurePosixPath(path).parts)


def handed_on(exports: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The names of each hidden module that can be had from a public one; "*" is all without an underscore.

    `exports` holds by path what `docs_exports.exports_of` says. A package hands on what its `__init__` imports;
    any other module only what it imports by `*`, `x as x`, or names in `__all__`: the rest it needs for itself.
    """
    wanted: dict[str, set[str]] = {}
    waiting: list[tuple[str, frozenset[str]]] = [
        (path, _offered(one)) for path, one in exports.items() if not is_hidden(path)
    ]
    while waiting:
        path, names = waiting.pop()
        for source, more in _passed(path, names, exports):
            new = frozenset(more - wanted.setdefault(source, set()))
            if new:
                wanted[source] |= new
                waiting.append((source, new))
    return {path: frozenset(names) for path, names in wanted.items()}


def is_among(name: str, names: frozenset[str]) -> bool:
    """Whether `name` is one of `names`, where "*" stands for every name that is not private."""
    return name in names or (EVERYTHING in names and not name.startswith("_"))


def _offered(one: Mapping[str, Any]) -> frozenset[str]:
    """What `from module import *` brings."""
    return frozenset({EVERYTHING} if one["all"] is None else one["all"])


def _passed(
    path: str, names: frozenset[str], exports: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Hidden modules from which `path` gets `names`, and which of their names those are."""
    package = path.endswith("/__init__.py") or path == "__init__.py"
    for one in exports[path]["imports"]:
        source = _place(path, one["module"], exports)
        if source is None or not is_hidden(source):
            continue
        for theirs, ours, renamed in one["names"]:
            if theirs == EVERYTHING:
                yield source, _both(names, _offered(exports[source]))
            elif ours in names or ((package or (renamed and ours == theirs)) and is_among(ours, names)):
                yield source, frozenset({theirs})


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Names that are in both, where either may be everything."""
    if EVERYTHING in one:
        return other
    return one if EVERYTHING in other else one & other


def _place(path: str, module: str, exports: Mapping[str, Any]) -> str | None:
    """The file of the module that `path` imports; an absolute name may start at any folder above it."""
    folders = list(PurePosixPath(path).parents)
    name = module.lstrip(".")
    level = len(module) - len(name)
    starts = folders[level - 1 : level] if level else folders
    below = name.split(".") if name else []
    for start in starts:
        place = start.joinpath(*below)
        for file in (f"{place}.py", str(place / "__init__.py")):
            if file in exports and file != path:
                return file
    return None
