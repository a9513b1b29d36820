"""Says which file of the project an import means, from the files alone: nothing is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from posixpath import join, normpath

from ...common.following import folder_meant
from .imports import Import

SCRIPT_SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
USUAL_ROOTS = ("", "src", "lib", "python")


class PythonPlaces:
    """Python files by the names under which they can be imported.

    The folder that holds a top-level package is a place to import from; so are the usual ones. `aliases` are
    links in the project's root that lead to one of its folders, by name.
    """

    def __init__(self, paths: Iterable[str], aliases: dict[str, str] | None = None) -> None:
        self.files = frozenset(paths)
        self.aliases = aliases or {}
        self._packages = {
            str(PurePosixPath(path).parent) for path in self.files if path.endswith("__init__.py")
        }
        self._roots = self._package_roots()

    def home(self, path: str) -> str:
        """The folder from which the file `path` is imported; "" is the project's root."""
        folder = PurePosixPath(path).parent
        while str(folder) in self._packages and str(folder) != ".":
            folder = folder.parent
        return "" if str(folder) == "." else str(folder)

    def name(self, path: str) -> str:
        """The dotted name of the file `path`, seen from its home."""
        pure = PurePosixPath(path).relative_to(self.home(path) or ".")
        parts = pure.parent.parts if pure.name == "__init__.py" else (*pure.parent.parts, pure.stem)
        return ".".join(parts) or pure.stem

    def targets(self, path: str, one: Import) -> Iterator[str]:
        """The project's files that the import `one` in the file `path` means; none for foreign modules."""
        base = self._relative(path, one.level) if one.level else None
        if one.level and base is None:
            return
        if not one.names:
            found = self._find(path, one.module, base)
            yield from () if found is None else (found,)
            return
        for name in one.names:
            found = self._find(path, f"{one.module}.{name}" if one.module else name, base)
            found = found or self._find(path, one.module, base)
            yield from () if found is None else (found,)

    def folder_of(self, dotted: str) -> str | None:
        """Where the package `dotted` lies, None when it is not in the project."""
        inner = dotted.replace(".", "/")
        candidates = [self.aliases.get(dotted), *(join(root, inner) for root in self._roots)]
        return next((one for one in candidates if one and self._is_folder(one)), None)

    def _is_folder(self, folder: str) -> bool:
        return folder in self._packages or any(path.startswith(f"{folder}/") for path in self.files)

    def _package_roots(self) -> list[str]:
        found = {self.home(join(package, "__init__.py")) for package in self._packages}
        return list(dict.fromkeys([*USUAL_ROOTS, *sorted(found)]))

    def _relative(self, path: str, level: int) -> str | None:
        folder = PurePosixPath(path).parent
        for _ in range(level - 1):
            if str(folder) == ".":
                return None
            folder = folder.parent
        return "" if str(folder) == "." else str(folder)

    def _find(self, path: str, dotted: str, base: str | None) -> str | None:
        inner = dotted.replace(".", "/")
        if base is not None:
            return self._file(join(base, inner) if inner else base)
        if not dotted:
            return None
        first, _, rest = dotted.partition(".")
        if first in self.aliases:
            return self._file(join(self.aliases[first], rest.replace(".", "/")).rstrip("/"))
        standard = first in sys.stdlib_module_names
        roots = self._roots if standard else [self.home(path), *self._roots]
        return next((found for root in roots if (found := self._file(join(root, inner), standard))), None)

    def _file(self, stem: str, packages_only: bool = False) -> str | None:
        """A module file or a package; a loose module named like the standard library's is not meant."""
        package = join(stem, "__init__.py")
        if package in self.files:
            return package
        module = f"{stem}.py"
        return module if module in self.files and not packages_only else None


class ScriptPlaces:
    """JavaScript and TypeScript files by the relative names that other files call them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = frozenset(paths)

    def name(self, path: str) -> str:
        """A script is called by its path."""
        return path

    def targets(self, path: str, one: Import) -> Iterator[str]:
        """The project's file that a relative import means; packages are foreign."""
        if not one.module.startswith("."):
            return
        stem = normpath(join(str(PurePosixPath(path).parent), one.module))
        written = PurePosixPath(stem)
        candidates = [stem, *(f"{stem}{suffix}" for suffix in SCRIPT_SUFFIXES)]
        if written.suffix in {".js", ".jsx", ".mjs", ".cjs"}:  # TypeScript names its output, not its source
            candidates += [str(written.with_suffix(suffix)) for suffix in SCRIPT_SUFFIXES]
        candidates += [join(stem, f"index{suffix}") for suffix in SCRIPT_SUFFIXES]
        found = next((candidate for candidate in candidates if candidate in self.files), None)
        if found is not None:
            yield found


def linked_folders(root: str) -> dict[str, str]:
    """Links directly in `root` that lead to a folder below it: name to relative folder."""
    with os.scandir(root) as entries:
        links = [entry.name for entry in entries if entry.is_symlink()]
    found = {name: folder_meant(root, name) for name in links}
    return {name: folder for name, folder in found.items() if folder}
