"""Ports are Protocols, one a file; adapters say which port they are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .house import Module, modules

Signature = dict[str, tuple[str, ...]]  # public method -> parameter names


def _bases(node: ast.ClassDef) -> set[str]:
    names = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return {ast.unparse(name).rpartition(".")[2] for name in names}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _signature(node: ast.ClassDef) -> Signature:
    methods = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
    return {
        method.name: tuple(argument.arg for argument in method.args.args + method.args.kwonlyargs)
        for method in methods
        if not method.name.startswith("_")
    }


def _port_modules(root: Path) -> Iterator[Module]:
    return (module for module in modules(root, "domain/ports") if module.path.name != "__init__.py")


def ports(root: Path) -> dict[str, Signature]:
    """Every port by name, with what it asks of an adapter."""
    return {
        node.name: _signature(node)
        for module in _port_modules(root)
        for node in module.classes()
        if "Protocol" in _bases(node)
    }


def malformed_ports(root: Path) -> list[str]:
    """Port files that do not hold exactly one public class, a Protocol named like the file."""
    faults = []
    for module in _port_modules(root):
        public = [node for node in module.classes() if not node.name.startswith("_")]
        others = [node.name for node in public if "Protocol" not in _bases(node)]
        faults += [f"{module.name}: {name} is no Protocol" for name in others]
        if [_snake(node.name) for node in public] != [module.path.stem]:
            names = ", ".join(node.name for node in public)
            faults.append(f"{module.name}: holds {names}; one class named like the file is the rule")
    return faults


def _adapters(root: Path) -> dict[str, tuple[Module, ast.ClassDef]]:
    return {
        node.name: (module, node) for module in modules(root, "infrastructure") for node in module.classes()
    }


def _ancestry(name: str, classes: dict[str, tuple[Module, ast.ClassDef]]) -> set[str]:
    found, waiting = set[str](), [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += _bases(classes[current][1]) if current in classes else ()
    return found


def undeclared_adapters(root: Path) -> list[str]:
    """Classes of infrastructure that do what a port asks without inheriting it."""
    known, classes = ports(root), _adapters(root)
    return [
        f"{module.name}: {name} looks like {port} but does not inherit it"
        for name, (module, node) in classes.items()
        for port, wanted in known.items()
        if wanted and wanted.items() <= _signature(node).items() and port not in _ancestry(name, classes)
    ]


def unadapted_ports(root: Path) -> list[str]:
    """Ports that nothing inherits: a place that nothing uses.

    A port over parts of our own, as the tool executor is, has its adapter in application.
    """
    own = {node.name: (module, node) for module in modules(root, "application") for node in module.classes()}
    classes = {**own, **_adapters(root)}
    adapted = set[str]().union(*(_ancestry(name, classes) for name in classes))
    return sorted(ports(root).keys() - adapted)


def ports_without_contract(root: Path, contracts: Path) -> list[str]:
    """Ports for which no file of the contract suites is named."""
    stems = [path.stem for path in contracts.rglob("*.py")]
    return [port for port in sorted(ports(root)) if not any(_snake(port) in stem for stem in stems)]
