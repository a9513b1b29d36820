"""A plan in YAML as plain values whose lines are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from ...domain.errors import ConfigurationError
from .yaml_entries import read_entries

WANTED = "write one with: muster plan TASK --format yaml --output plan.yaml"
Line = Callable[[tuple[int | str, ...]], int]
"""The 1-based line of the value at a place, or of the nearest thing around it that is written."""


def read_plan_document(path: Path) -> tuple[dict[str, object], Line]:
    """The values of the one mapping in the file, and where each of them stands.

    Raises ConfigurationError that names file and line: for what is no YAML, more than one mapping or none, a key that
    stands twice at any depth, aliases, tags of programs, deep nesting, and files that are too large.
    """
    entries = read_entries(path, "a plan", WANTED)
    if len(entries) != 1:
        words = f"{path}:1: holds {len(entries)} plans" if entries else f"{path}:1: holds no plan"
        raise ConfigurationError(words, hint=WANTED)
    entry = entries[0]
    _refuse_twice(path, entry.node)
    return entry.values, entry.line


def _refuse_twice(path: Path, node: yaml.Node) -> None:
    """Of two values of one key the first would be lost without a word."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_twice(path, child)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigurationError(
                    f"{path}:{line}: {key.value}: is there twice", hint="keep one of them"
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
            _refuse_twice(path, value)
