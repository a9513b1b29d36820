"""Which library may be imported where: whatever is not listed here fails."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

from .house import Module, modules

# Library -> the parts of the house that may import it. A new one is listed on purpose, with its home.
HOMES: dict[str, tuple[str, ...]] = {
    "ahocorasick_rs": ("muster.infrastructure.common",),
    "aiohttp": ("muster.infrastructure.llm",),
    "anthropic": ("muster.infrastructure.llm",),
    "apsw": ("muster.infrastructure",),
    "click": ("muster.presentation.cli",),
    "complexipy": ("muster.infrastructure.evidence",),
    "coverage": ("muster.infrastructure.evidence",),
    "cryptography": ("muster.infrastructure.security",),
    "dependency_injector": ("muster.container",),
    "grimp": ("muster.infrastructure.evidence",),
    "keyring": ("muster.infrastructure.security",),
    "lizard": ("muster.infrastructure.evidence",),
    "numpy": ("muster.infrastructure.memory",),
    "onnxruntime": ("muster.infrastructure.memory",),
    "openai": ("muster.infrastructure.llm",),
    "packaging": ("muster.infrastructure",),
    "pydantic": ("muster",),
    "pytest": ("muster.infrastructure.sandbox.confined.with_pytest",),
    "redis": ("muster.infrastructure.common",),
    "rich": ("muster.presentation",),
    "rs_bpe": ("muster.infrastructure.tokens",),
    "tokenizers": ("muster.infrastructure.memory",),
    "tree_sitter": ("muster.infrastructure.evidence",),
    "tree_sitter_go": ("muster.infrastructure.evidence",),
    "tree_sitter_java": ("muster.infrastructure.evidence",),
    "tree_sitter_javascript": ("muster.infrastructure.evidence",),
    "tree_sitter_python": ("muster.infrastructure.evidence",),
    "tree_sitter_rust": ("muster.infrastructure.evidence",),
    "tree_sitter_typescript": ("muster.infrastructure.evidence",),
    "vulture": ("muster.infrastructure.evidence",),
    "yaml": ("muster.infrastructure",),
}
# Not required, and used where they are installed: the sandbox runs tests with pytest, in a process of its own, and
# keyring leads to the operating system's own store of keys. The rest is the extra `embeddings`.
OPTIONAL = {"keyring", "numpy", "onnxruntime", "pytest", "tokenizers"}
# SDKs of services: each is known to exactly one module, its adapter.
ONE_ADAPTER = {"anthropic", "onnxruntime", "openai", "redis", "rs_bpe", "tokenizers"}
# Standard library that does I/O, reads a clock or throws dice: the domain asks a port for that.
IMPURE = {
    "asyncio", "concurrent", "ctypes", "glob", "http", "io", "logging", "multiprocessing", "os", "random",
    "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "Path", "date.today", "datetime.now", "datetime.utcnow", "Path.cwd"}


def vendors(module: Module) -> dict[str, int]:
    """Import name -> line of what is neither standard library nor this package."""
    return {
        found.top: found.line
        for found in module.imports
        if found.level == 0
        and found.top not in sys.stdlib_module_names
        and found.top not in {"muster", "src"}
    }


def misplaced(root: Path) -> list[str]:
    """Libraries that are not listed, or imported outside their home."""
    return [
        f"{module.name}:{line} imports {vendor}"
        for module in modules(root)
        for vendor, line in vendors(module).items()
        if not module.within(*HOMES.get(vendor, ()))
    ]


def shared_sdks(root: Path) -> list[str]:
    """SDKs that more than one module imports."""
    importers = defaultdict(list)
    for module in modules(root):
        for vendor in vendors(module).keys() & ONE_ADAPTER:
            importers[vendor].append(module.name)
    return [f"{vendor}: {', '.join(names)}" for vendor, names in sorted(importers.items()) if len(names) > 1]


def impure(root: Path) -> list[str]:
    """Domain modules that import or call what touches the world."""
    domain = modules(root, "domain")
    imported = [
        f"{module.name}:{found.line} imports {found.module}"
        for module in domain
        for found in module.imports
        if found.level == 0 and found.top in IMPURE
    ]
    called = [
        f"{module.name}:{node.lineno} calls {ast.unparse(node.func)}"
        for module in domain
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS
    ]
    return imported + called
