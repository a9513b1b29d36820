"""Patterns that other installed distributions bring along, through the entry-point group `muster.patterns`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from ....domain.errors import ConfigurationError
from .base import CompositionPattern

GROUP = "muster.patterns"
NEEDED = ("name", "purpose", "arity", "configured", "refuse", "execute", "seconds", "turns")


def installed() -> Mapping[str, tuple[EntryPoint, ...]]:
    """The entry points by name; nothing of them is imported yet."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=GROUP):
        name = point.name.strip().lower()
        found[name] = (*found.get(name, ()), point)
    return found


def load(
    name: str, points: tuple[EntryPoint, ...], built_in: Mapping[str, CompositionPattern]
) -> CompositionPattern:
    """The pattern of that name; raises ConfigurationError that names the distribution at fault."""
    sources = " and ".join(dict.fromkeys(_source(point) for point in points))
    if name in built_in:
        raise _fault(f"{sources} offers a pattern {name!r}, which is built in", "it needs another name")
    if len(points) > 1:
        raise _fault(f"the pattern {name!r} is offered by {sources}", "uninstall one of them")
    point = points[0]
    try:
        thing = point.load()
        pattern = thing() if isinstance(thing, type) else thing
    except Exception as error:  # a stranger's module may do anything; what it was is told
        reason = f"{type(error).__name__}: {error}"
        raise _fault(
            f"the pattern {name!r} of {sources} cannot be loaded: {reason}", "update or uninstall it"
        ) from error
    missing = [each for each in NEEDED if not hasattr(pattern, each)]
    if missing:
        words = f"the pattern {name!r} of {sources} has no {', '.join(missing)}"
        raise _fault(words, "it is to inherit CompositionPattern")
    if pattern.name != name:
        words = f"{sources} registers the pattern {pattern.name!r} as {name!r}"
        raise _fault(words, "the two names have to be the same")
    found: CompositionPattern = pattern
    return found


def _source(point: EntryPoint) -> str:
    return f"distribution {point.dist.name!r}" if point.dist else f"entry point {point.value!r}"


def _fault(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError(message, code="pattern-plugin", hint=hint)
