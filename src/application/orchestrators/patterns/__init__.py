"""Composition patterns: one class a file behind one protocol, found by name."""

from __future__ import annotations

from collections.abc import Mapping

from ....domain.errors import UnknownName
from .base import CompositionPattern
from .hierarchical import Hierarchical
from .parallel import Parallel
from .sequential import Sequential

PATTERNS: Mapping[str, CompositionPattern] = {
    pattern.name: pattern for pattern in (Sequential(), Parallel(), Hierarchical())
}


def pattern_named(name: str) -> CompositionPattern:
    """The pattern called `name`; raises UnknownName that lists the known ones."""
    pattern = PATTERNS.get(name.strip().lower())
    if pattern is None:
        raise UnknownName.of("pattern", name, PATTERNS)
    return pattern
