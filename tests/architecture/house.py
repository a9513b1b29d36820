"""Reading the package as a tree of modules: of the real house, or of a copy in which a fault is planted."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """One import as written: `module` is absolute as far as the statement says, dots counted in `level`."""

    module: str
    level: int
    line: int

    @property
    def top(self) -> str:
        """The distribution's import name: the first part."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One source file below `src`."""

    path: Path
    name: str  # dotted, beginning with muster

    @cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, inside functions and type-checking blocks too."""
        return tuple(_imports(self.tree))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Classes at the top of the module."""
        return (node for node in self.tree.body if isinstance(node, ast.ClassDef))

    def within(self, *homes: str) -> bool:
        """Whether this is one of the named modules, or lies below one."""
        return any(self.name == home or self.name.startswith(f"{home}.") for home in homes)


def _imports(tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, 0, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", node.level, node.lineno)


def modules(root: Path, below: str = "") -> list[Module]:
    """All modules of the house at `root`, or those of one part such as `domain/ports`, sorted."""
    found = []
    for path in sorted((root / "src" / below).rglob("*.py")):
        parts = path.relative_to(root / "src").with_suffix("").parts
        found.append(Module(path, ".".join(["muster", *(part for part in parts if part != "__init__")])))
    return found


def copy_house(target: Path) -> Path:
    """The package, its link and its configuration, in a folder where a fault can be planted."""
    target.mkdir(parents=True)
    shutil.copytree(ROOT / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "muster").symlink_to("src")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, target / name)
    return target


def plant(root: Path, where: str, fault: str) -> None:
    """Add `fault` at the end of the file `where` (below `src`), which is made if it is not there."""
    path = root / "src" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{fault}\n", encoding="utf-8")


def run_python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in the house at `root`, so that `muster` is that house's; unmeasured."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
