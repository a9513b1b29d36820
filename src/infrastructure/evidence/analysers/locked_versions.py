"""Exactly which versions a project installs, by its lock files and its pinned requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from .requirements import Declared, in_pyproject, in_requirements, is_for_developers, is_requirements

LOCKS = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"})
NAME = re.compile(r'^name = "([^"]{1,200})"')
VERSION = re.compile(r'^version = "([^"]{1,200})"')
ENTRY = re.compile(r'^\s*"([A-Za-z0-9._\-]{1,200})": \{')
PINNED = re.compile(r'^\s*"version": "={2,3}([^"]{1,200})"')


@dataclass(frozen=True, slots=True)
class Pin:
    """One version that is installed, and the line that says so; `dev` when only developers install it."""

    package: str
    version: str
    line: int
    dev: bool = False


def names_versions(path: str) -> bool:
    """Whether a file says which versions are installed, or may be."""
    name = PurePosixPath(path).name
    return name in LOCKS | {"pyproject.toml", "Pipfile.lock"} or is_requirements(path)


def pins_in(path: str, text: str) -> tuple[list[Pin], int]:
    """Exact versions, and how many requirements leave the version open; raises ValueError for broken TOML."""
    name = PurePosixPath(path).name
    if name in LOCKS:
        return list(_toml_lock(text)), 0
    if name == "Pipfile.lock":
        return list(_pipfile_lock(text)), 0
    declared = (
        in_pyproject(text) if name == "pyproject.toml" else in_requirements(text, is_for_developers(path))
    )
    exact = [_pin(one) for one in declared if one.pinned]
    return exact, sum(not one.pinned and not one.by_url for one in declared)


def _pin(one: Declared) -> Pin:
    return Pin(one.key, one.pinned, one.line, one.dev)


def _toml_lock(text: str) -> Iterator[Pin]:
    """Tables of packages as the locking programs write them: a name, then its version."""
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            name = ""
        elif found := NAME.match(line):
            name = found.group(1)
        elif name and (found := VERSION.match(line)):
            yield Pin(canonicalize_name(name), found.group(1), number)
            name = ""


def _pipfile_lock(text: str) -> Iterator[Pin]:
    """Objects of packages in JSON as pipenv writes it; the section "develop" is for developers."""
    name, dev = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if found := ENTRY.match(line):
            name = found.group(1)
            dev = name == "develop" if name in {"default", "develop"} else dev
        elif name and (found := PINNED.match(line)):
            yield Pin(canonicalize_name(name), found.group(1), number, dev)
