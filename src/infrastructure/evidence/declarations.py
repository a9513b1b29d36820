"""Where a project declares its dependencies, and whether deptry can read that."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ...domain.workspace.files import NotCovered, SourceFile
from .analysers.module_names import modules_of
from .analysers.requirements import (
    Declared,
    in_pyproject,
    in_requirements,
    is_for_developers,
    is_requirements,
)

PYPROJECT = "pyproject.toml"


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
        """What deptry is told beyond the project's own configuration: module names, and requirement files."""
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
        files = [path for path in self.by_file if _is_main(path) and "," not in path]
        if "requirements_files" not in own and self._reads_requirements() and files:
            main = [path for path in files if not is_for_developers(path)]
            dev = [path for path in files if is_for_developers(path)]
            options += [f"--requirements-files={','.join(main)}"] if main else []
            options += [f"--requirements-files-dev={','.join(dev)}"] if dev else []
        return options

    def _reads_requirements(self) -> bool:
        return "project" not in self.table and not self.section("tool", "poetry")

    def section(self, *keys: str) -> Mapping[str, Any]:
        """A table of pyproject.toml, empty where there is none."""
        value: Any = self.table
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}


def declarations(root: str, files: Sequence[SourceFile]) -> Declarations:
    """Read what the root folder, and a folder of requirements in it, declare."""
    found = Declarations()
    for file in files:
        if file.path == PYPROJECT or is_requirements(file.path):
            _read(found, root, file.path)
    found.reason = found.reason or _why_not(found, root)
    return found


def _read(found: Declarations, root: str, path: str) -> None:
    text = Path(root, path).read_text("utf-8", errors="replace")
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
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _mapping(mapping: Mapping[str, Sequence[str]]) -> str:
    return ",".join(f"{name}={'|'.join(modules)}" for name, modules in mapping.items())
