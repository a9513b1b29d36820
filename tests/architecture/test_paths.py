"""There is one guard of paths: whoever checks or follows them by hand is found."""

import ast
from pathlib import Path

from .house import ROOT, Module, copy_house, modules, plant

GUARD = (
    "muster.domain.security.paths",
    "muster.infrastructure.common.confined",
    "muster.infrastructure.common.following",
)
SIGNS = frozenset(
    {
        "is_relative_to",
        "commonpath",
        "commonprefix",
        "realpath",
        "resolve",
        "readlink",
        "is_absolute",
    }
)
ALLOWED = {
    "muster.domain.orchestration.analysis.phrases": "finds paths in the words of a task; opens nothing",
    "muster.infrastructure.config.plain_files": "follows the links of a file that its owner named",
    "muster.infrastructure.security.os_keyring": "calls its keys after the real name of the data folder",
    "muster.infrastructure.config.settings": "an XDG variable that is relative is to be ignored",
    "muster.infrastructure.evidence.ruff": "knows files by the names that ruff prints, which are real ones",
    "muster.infrastructure.sandbox.confined": "runs in the sandbox, where none of our modules is",
    "muster.infrastructure.sandbox.process_sandbox": "says which folders the kernel shows, not what is opened",
    "muster.infrastructure.workspace.checkpoint_folder": "knows a root by its real name; opens nothing by it",
    "muster.infrastructure.workspace.file_lock": "knows a root by its real name; opens nothing by it",
    "muster.infrastructure.workspace.roots": "finds the folder itself, below which the guard then holds",
    "muster.infrastructure.workspace.shadow": "asks for the real name of a temporary folder that it has just made",
}
"""Modules that do it for another purpose, and which."""


def _signs(module: Module) -> list[str]:
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in SIGNS:
            found.append(f"{module.name}:{node.lineno} {node.attr}")
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) and side.value == ".." for side in sides):
                found.append(f"{module.name}:{node.lineno} '..'")
    return found


def path_checks(root: Path) -> list[str]:
    """Signs of a path check outside of the guard and of what is allowed."""
    return [
        sign for module in modules(root) if not module.within(*GUARD, *ALLOWED) for sign in _signs(module)
    ]


def test_no_second_check_of_paths_stands_anywhere() -> None:
    """Two rules are two chances to be wrong."""
    assert path_checks(ROOT) == []


def test_every_exception_is_still_needed() -> None:
    """What no longer does it is taken off the list."""
    there = [module for module in modules(ROOT) if _signs(module)]
    assert [name for name in ALLOWED if not any(module.within(name) for module in there)] == []


def test_a_second_check_is_found(tmp_path: Path) -> None:
    """Planted: by parts, by links, by what lies below."""
    house = copy_house(tmp_path / "house")
    plant(
        house,
        "application/planted.py",
        "def f(p, q):\n    return p.is_relative_to(q) or '..' in p.parts or p.resolve()\n",
    )
    found = sorted(sign.rpartition(" ")[2] for sign in path_checks(house))
    assert found == ["'..'", "is_relative_to", "resolve"]
