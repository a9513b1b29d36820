"""Layers that the project itself declares for import-linter, and the imports that break them, by grimp."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grimp import ImportGraph, Layer, PackageDependency

from ...common.confined import NotAFileError
from ...common.following import open_following

Edges = Mapping[tuple[str, str], int]
"""Importer and imported, by dotted name, with the line of the import."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of type "layers", as the project wrote it."""

    name: str
    layers: tuple[str, ...]
    containers: tuple[str, ...]
    ignored: tuple[str, ...]
    roots: tuple[str, ...]
    typing_counts: bool


@dataclass(frozen=True, slots=True)
class Break:
    """A forbidden dependency: the modules on the way from the lower to the higher layer."""

    contract: str
    lower: str
    higher: str
    chain: tuple[str, ...]


def contracts_of(root: str) -> list[Contract]:
    """The layer contracts in pyproject.toml, .importlinter or setup.cfg, the first that has any.

    Raises ValueError (of which the TOML error is one) or configparser.Error when the file cannot be read.
    """
    pyproject = _text(root, "pyproject.toml")
    if pyproject is not None:
        tool = tomllib.loads(pyproject).get("tool", {})
        if "importlinter" in tool:
            settings = tool["importlinter"]
            return [_contract(settings, one) for one in settings.get("contracts", ()) if _is_layers(one)]
    for name in (".importlinter", "setup.cfg"):
        text = _text(root, name)
        if text is not None and (found := _from_ini(text)):
            return found
    return []


def _text(root: str, name: str) -> str | None:
    """What the project says; None when there is no such file, or a link that leads to somebody else's."""
    try:
        with os.fdopen(open_following(root, name), encoding="utf-8") as file:
            return file.read()
    except (OSError, NotAFileError):
        return None


def _from_ini(text: str) -> list[Contract]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    if not parser.has_section("importlinter"):
        return []
    settings = dict(parser["importlinter"])
    sections = [dict(parser[name]) for name in parser.sections() if name.startswith("importlinter:contract")]
    return [_contract(settings, section) for section in sections if _is_layers(section)]


def _is_layers(contract: Mapping[str, Any]) -> bool:
    return contract.get("type") == "layers" and bool(contract.get("layers"))


def _contract(settings: Mapping[str, Any], contract: Mapping[str, Any]) -> Contract:
    roots = _many(settings.get("root_packages")) or _many(settings.get("root_package"))
    typing_excluded = str(settings.get("exclude_type_checking_imports", False)).lower() == "true"
    return Contract(
        name=str(contract.get("name", "layers")),
        layers=_many(contract["layers"]),
        containers=_many(contract.get("containers")),
        ignored=_many(contract.get("ignore_imports")),
        roots=roots,
        typing_counts=not typing_excluded,
    )


def _many(value: object) -> tuple[str, ...]:
    """A list of strings, or lines of one string."""
    if value is None:
        return ()
    items: Iterable[object] = value if isinstance(value, list) else str(value).splitlines()
    return tuple(str(item).strip() for item in items if str(item).strip())


def breaks_of(contract: Contract, modules: Iterable[str], edges: Edges) -> list[Break]:
    """The imports among `modules` that the contract forbids, directly or through others."""
    graph = ImportGraph()
    for module in modules:
        graph.add_module(module)
    for (importer, imported), line in edges.items():
        graph.add_import(importer=importer, imported=imported, line_number=line, line_contents="")
    for expression in contract.ignored:
        for one in graph.find_matching_direct_imports(expression):
            graph.remove_import(importer=one["importer"], imported=one["imported"])
    containers = {name for one in contract.containers for name in _matching(graph, one)}
    if contract.containers and not containers:
        return []
    found = graph.find_illegal_dependencies_for_layers(
        layers=[_layer(text) for text in contract.layers], containers=containers or None
    )
    return [one for dependency in sorted(found) for one in _chains(contract, dependency)]


def _matching(graph: ImportGraph, expression: str) -> set[str]:
    if "*" in expression:
        return graph.find_matching_modules(expression)
    return {expression} & graph.modules


def _layer(text: str) -> Layer:
    """A layer as import-linter writes it: `a | b` are independent siblings, `a : b` may know each other."""
    independent = ":" not in text
    names: Sequence[str] = text.replace(":", "|").split("|")
    return Layer(*(name.strip().strip("()").strip() for name in names), independent=independent)


def _chains(contract: Contract, dependency: PackageDependency) -> list[Break]:
    return [
        Break(
            contract.name,
            dependency.importer,
            dependency.imported,
            (head, *route.middle, min(route.tails)),
        )
        for route in sorted(dependency.routes, key=lambda one: (sorted(one.heads), one.middle))
        for head in sorted(route.heads)
    ]
