"""Where a project declares its dependencies, and whether deptry can read that."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath
from typing import Any

from ...domain.workspace.files import NotCovered, SourceFile
from ..common.confined import read_text_below
from .analysers.module_names import modules_of
from .analysers.requirements import (
    Declared,
    in_pyproject,
    in_requirements,
    is_for_developers,
    is_requirements,
)

PYPROJECT = "pyproject.toml"
INCLUDED = re.compile(r"(?:-r|--requirement)\S*\s+(\S+)")
"""A line of a requirement file that leads to another one, as deptry reads it."""


@dataclass(slots=True)
class Declarations:
    """Requirements by the file that declares them; `reason` says why there is nothing to compare imports with."""

    by_file: dict[str, list[Declared]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    table: Mapping[str, Any] = field(default_factory=dict)
    not_covered: list[NotCovered] = field(default_factory=list)
    reason: str = ""

    @property
    def names(self) -> frozenset[str]:
        """All declared packages, canonical."""
        return frozenset(one.key for listed in self.by_file.values() for one in listed)

    @property
    def is_locked(self) -> bool:
        """Whether an open requirement is closed elsewhere: by a lock file or by constraints."""
        return any(
            PurePosixPath(path).name.startswith("constraints") or PurePosixPath(path).suffix == ".in"
            for path in self.by_file
        )

    def options(self) -> list[str]:
        """What deptry is told beyond the project's own configuration: module names, and each file that it may read."""
        own = self.section("tool", "deptry")
        mapped = self.section("tool", "deptry", "package_module_name_map")
        mapping = {name: _names(value) for name, value in mapped.items()}
        for listed in self.by_file.values():
            for one in listed:
                if (known := modules_of(one.name)) and one.name not in mapping:
                    mapping[one.name] = known
        # deptry stops at import_module(".name", …), whose first part is empty; so the empty name is called our own.
        options = [f"--known-first-party={name}" for name in ("", *_names(own.get("known_first_party", ())))]
        options += [f"--package-module-name-map={_mapping(mapping)}"] if mapping else []
        main, dev = self.requirement_files(own)
        options += [f"--requirements-files={','.join(main or dev) or os.devnull}"]
        options += [f"--requirements-files-dev={','.join(dev if main else ()) or os.devnull}"]
        return [*options, f"--config={PYPROJECT if PYPROJECT in self.texts else os.devnull}"]

    def requirement_files(self, own: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Files for all and for developers: those that [tool.deptry] names, as far as they are the project's own."""
        named = [normpath(name) for name in _names(own.get("requirements_files"))]
        named_dev = [normpath(name) for name in _names(own.get("requirements_files_dev"))]
        usual = [path for path in self.by_file if _is_main(path)]
        main = self._readable(named) or [path for path in usual if not is_for_developers(path)]
        dev = self._readable(named_dev) or [path for path in usual if is_for_developers(path)]
        return self._readable(main), [path for path in self._readable(dev) if path not in main]

    def _readable(self, paths: Sequence[str]) -> list[str]:
        return [path for path in paths if path in self.by_file and path != PYPROJECT and "," not in path]

    def section(self, *keys: str) -> Mapping[str, Any]:
        """A table of pyproject.toml, empty where there is none."""
        value: Any = self.table
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}


def declarations(root: str, files: Sequence[SourceFile], known: Collection[str]) -> Declarations:
    """Read what the root folder, and a folder of requirements in it, declare; `known` are all files there."""
    found = Declarations()
    for file in files:
        if file.path == PYPROJECT or is_requirements(file.path):
            _read(found, root, file.path)
    found.reason = found.reason or _leads_out(found, root, known) or _why_not(found, root)
    return found


def _read(found: Declarations, root: str, path: str) -> None:
    text = read_text_below(root, path)
    found.texts[path] = text
    if path != PYPROJECT:
        found.by_file[path] = in_requirements(text, is_for_developers(path))
        return
    try:
        found.table = tomllib.loads(text)
        found.by_file[path] = in_pyproject(text)
    except ValueError as error:
        found.not_covered.append(NotCovered(path, f"dependencies: cannot be read: {error}"))
        found.reason = f"{PYPROJECT} cannot be read"


def _leads_out(found: Declarations, root: str, known: Collection[str]) -> str:
    """Why deptry must not look: it would follow declarations to files that are not the project's."""
    waiting = [(PYPROJECT, normpath(name)) for name in _dynamic_files(found)]
    if "project" not in found.table and not found.section("tool", "poetry"):
        main, dev = found.requirement_files(found.section("tool", "deptry"))
        waiting += [(path, path) for path in (*main, *dev)]
    seen: set[str] = set()
    while waiting:
        source, path = waiting.pop()
        if path not in known:
            return f"{source} leads to {path!r}, which is not a file of the project"
        if path not in seen:
            seen.add(path)
            text = found.texts.get(path) or read_text_below(root, path)
            waiting += [(path, normpath(join(dirname(path), name))) for name in _included(text)]
    return ""


def _included(text: str) -> Iterator[str]:
    found = (INCLUDED.match(line.strip()) for line in text.splitlines())
    return (one.group(1) for one in found if one)


def _dynamic_files(found: Declarations) -> Iterator[str]:
    dynamic = found.section("tool", "setuptools", "dynamic")
    extras = found.section("tool", "setuptools", "dynamic", "optional-dependencies")
    for table in (dynamic.get("dependencies"), *extras.values()):
        yield from _names(table.get("file") if isinstance(table, dict) else None)


def _why_not(found: Declarations, root: str) -> str:
    project = found.table.get("project")
    if isinstance(project, dict):
        dynamic = "dependencies" in (project.get("dynamic") or [])
        if dynamic and not _setuptools_knows(found):
            return "the dependencies are computed when the project is built"
        return ""
    if found.section("tool", "poetry") or any(_is_main(path) for path in found.by_file):
        return ""
    if any(Path(root, name).is_file() for name in ("setup.py", "setup.cfg")):
        return "the dependencies are declared in setup.py or setup.cfg, which deptry does not read"
    return "no dependencies are declared"


def _is_main(path: str) -> bool:
    """A requirement file of the root, or of a folder of them there; those deeper down belong to parts."""
    pure = PurePosixPath(path)
    return path != PYPROJECT and (len(pure.parts) == 1 or pure.parts[:-1] in {("requirements",), ("reqs",)})


def _setuptools_knows(found: Declarations) -> bool:
    return "dependencies" in found.section("tool", "setuptools", "dynamic")


def _names(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    return tuple(str(one) for one in listed) if isinstance(listed, list) else ()


def _mapping(mapping: Mapping[str, Sequence[str]]) -> str:
    return ",".join(f"{name}={'|'.join(modules)}" for name, modules in mapping.items())
