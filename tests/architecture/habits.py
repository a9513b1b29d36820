"""Sizes and spellings that keep a module readable in one sitting."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from .house import ROOT, Module, modules

MODULE_LINES = 300
FUNCTION_LINES = 30
# Spelled in pieces, so that this file does not name what it looks for.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("py" + "pi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npm" + "js", "org"),
        ("registry", "yarnpkg", "com"),
        ("cra" + "tes", "io"),
        ("proxy", "golang", "org"),
        ("rubygems", "org"),
        ("repo", "maven", "apache", "org"),
        ("anaconda", "org"),
    )
)


def long_modules(root: Path) -> list[str]:
    """Modules of more than 300 lines."""
    counts = {module.name: len(module.text.splitlines()) for module in modules(root)}
    return [f"{name}: {count} lines" for name, count in counts.items() if count > MODULE_LINES]


def _functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without those of the docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def long_functions(root: Path) -> list[str]:
    """Functions of more than 30 lines, docstrings not counted."""
    return [
        f"{module.name}:{function.lineno} {function.name}: {_length(function)} lines"
        for module in modules(root)
        for function in _functions(module)
        if _length(function) > FUNCTION_LINES
    ]


def unmarked_packages(root: Path) -> list[str]:
    """Folders of modules without `__init__.py`: the import graph would pass over them in silence."""
    folders = {module.path.parent for module in modules(root)}
    return sorted(
        str(folder.relative_to(root)) for folder in folders if not (folder / "__init__.py").exists()
    )


def absolute_imports(root: Path) -> list[str]:
    """Imports inside the package that name it: through the link they lead editors astray."""
    return [
        f"{module.name}:{found.line} imports {found.module}"
        for module in modules(root)
        for found in module.imports
        if found.level == 0 and found.top in {"muster", "src"}
    ]


def _unshared(path: Path) -> bool:
    """Whether a path lies in an environment, a cache or git's own folder."""
    hidden = (part for part in path.parts[:-1] if part.startswith(".") or part == "__pycache__")
    return any(part not in {".ci", ".github"} for part in hidden)


def committed_files(root: Path) -> list[Path]:
    """What git tracks or would add; every file where this is no git checkout."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, check=False)
    if listing.returncode:
        return [path for path in root.rglob("*") if path.is_file() and not _unshared(path.relative_to(root))]
    paths = (root / name for name in listing.stdout.decode("utf-8", "surrogateescape").split("\0") if name)
    return [path for path in paths if path.is_file()]


def told_places(files: Iterable[Path], machine: Iterable[str]) -> list[str]:
    """Text files that name a registry's host or one of the places of `machine`; binaries are passed over."""
    needles = [needle.encode() for needle in (*HOSTS, *machine)]
    faults = []
    for path in files:
        content = path.read_bytes()
        if b"\0" not in content:
            faults += [f"{path} names {needle.decode()}" for needle in needles if needle in content]
    return faults


def this_machine() -> list[str]:
    """Where this checkout and its owner live: what a committed file can only know by accident."""
    home = str(Path.home())
    return [str(ROOT)] + ([home] if home.count("/") > 1 else [])
