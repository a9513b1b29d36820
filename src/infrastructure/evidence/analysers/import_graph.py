"""A program that reads all imports of a project and says what is wrong with them.

Run as `python -P -m muster.infrastructure.evidence.analysers.import_graph`. Reads
`{"root", "files": [{"path", "language"}, …]}` on standard input and prints
`{"findings": [{"path", "raw"}, …], "measures", "not_covered": [[path, reason], …]}`.
"""

from __future__ import annotations

import configparser
import json
import sys
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field

from ...common.confined import read_below
from ..file_facts import RawFinding
from .import_circles import knots, shortest_circle
from .import_layers import Break, Contract, breaks_of, contracts_of
from .import_places import PythonPlaces, ScriptPlaces, linked_folders
from .imports import Import, imports_of
from .syntax import first_error, parse, quote_of

Edge = tuple[str, str]


@dataclass(slots=True)
class Graph:
    """Edges between files: the line of the first import at load, and of the first import of any kind."""

    places: PythonPlaces | ScriptPlaces
    at_load: dict[Edge, int] = field(default_factory=dict)
    at_run: dict[Edge, int] = field(default_factory=dict)
    any: dict[Edge, int] = field(default_factory=dict)

    def add(self, path: str, one: Import) -> None:
        """Take up one import of the file `path`."""
        for target in self.places.targets(path, one):
            if target == path:
                continue
            self.any.setdefault((path, target), one.line)
            if not one.typing:
                self.at_run.setdefault((path, target), one.line)
            if one.at_load:
                self.at_load.setdefault((path, target), one.line)


@dataclass(slots=True)
class Verdict:
    """What the program prints."""

    findings: list[tuple[str, RawFinding]] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)
    not_covered: list[tuple[str, str]] = field(default_factory=list)


def main() -> None:
    """Look at the project that standard input names."""
    order = json.load(sys.stdin)
    verdict = look(order["root"], order["files"])
    found = [{"path": path, "raw": asdict(raw)} for path, raw in verdict.findings]
    answer = {"findings": found, "measures": verdict.measures, "not_covered": verdict.not_covered}
    sys.stdout.write(json.dumps(answer))


def look(root: str, files: list[dict[str, str]]) -> Verdict:
    """Build the graphs, then judge them."""
    verdict = Verdict()
    languages = {file["path"]: file["language"] for file in files}
    python = [path for path, language in languages.items() if language == "python"]
    graphs = {
        "python": Graph(PythonPlaces(python, linked_folders(root))),
        "script": Graph(ScriptPlaces(path for path in languages if path not in set(python))),
    }
    read = 0
    for path, language in languages.items():
        found = _read(root, path, language, verdict)
        read += found is not None
        for one in found or ():
            graphs["python" if language == "python" else "script"].add(path, one)
    for graph in graphs.values():
        verdict.findings += [_circle(root, graph, knot, languages) for knot in _knots(graph)]
    _layers(root, graphs["python"], verdict)
    verdict.measures |= {"modules": float(read), **_measures(list(graphs.values()))}
    return verdict


def _read(root: str, path: str, language: str, verdict: Verdict) -> list[Import] | None:
    try:
        tree = parse(read_below(root, path), language)
    except OSError as error:
        verdict.not_covered.append((path, f"cannot be read: {error.strerror}"))
        return None
    wrong = first_error(tree)
    if wrong is not None:
        verdict.not_covered.append((path, f"has a syntax error at line {wrong}"))
        return None
    return imports_of(tree, language)


def _followers(edges: dict[Edge, int]) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = defaultdict(set)
    for importer, imported in edges:
        graph[importer].add(imported)
    return dict(graph)


def _knots(graph: Graph) -> list[list[str]]:
    return knots(_followers(graph.at_load))


def _circle(root: str, graph: Graph, knot: list[str], languages: dict[str, str]) -> tuple[str, RawFinding]:
    """One finding for a knot, at the import that begins its shortest circle.

    A circle through a package's own `__init__` depends only on the order of its lines and is common, so it
    weighs less; so does one in TypeScript, which drops imports that turn out to be types.
    """
    followers = _followers(graph.at_load)
    circle = shortest_circle(followers, [path for path in knot if not path.endswith("__init__.py")])
    real = bool(circle) and not languages[knot[0]].startswith("t")
    circle = circle or shortest_circle(followers, knot)
    names = [graph.places.name(path) for path in circle]
    line = graph.at_load[circle[0], circle[1 % len(circle)]]
    more = f" ({len(knot)} modules hang together in this knot)" if len(knot) > len(circle) else ""
    return circle[0], RawFinding(
        rule="import-cycle",
        message=f"{' → '.join([*names, names[0]])} import one another in a circle while they load{more}: "
        "which of them works depends on which is imported first, and none can be tested or moved alone",
        severity="medium" if real else "low",
        confidence=0.9 if real else 0.7,
        category="quality",
        line=line,
        quote=quote_of(read_below(root, circle[0]), line),
        family="import-cycle",
        suggestion=f"Move what {names[0]} and {names[-1]} share into a module that imports neither, "
        "or pass it in as an argument.",
    )


def _layers(root: str, graph: Graph, verdict: Verdict) -> None:
    try:
        contracts = contracts_of(root)
    except (ValueError, configparser.Error, AttributeError, TypeError) as error:
        verdict.not_covered.append(("", f"the declared layers cannot be read: {error}"[:300]))
        return
    verdict.measures["imports.layer_contracts"] = float(len(contracts))
    seen: set[tuple[str, ...]] = set()
    for contract in contracts:
        for path, chain, finding in _breaks(root, graph, contract, verdict):
            if chain not in seen:
                seen.add(chain)
                verdict.findings.append((path, finding))


def _breaks(
    root: str, graph: Graph, contract: Contract, verdict: Verdict
) -> list[tuple[str, tuple[str, ...], RawFinding]]:
    names = _contract_names(graph, contract)
    if not names:
        verdict.not_covered.append(
            ("", f"the packages of the contract {contract.name!r} are not in this folder")
        )
        return []
    edges = graph.any if contract.typing_counts else graph.at_run
    inner = {
        (names[one], names[other]): line
        for (one, other), line in edges.items()
        if one in names and other in names
    }
    try:
        broken = breaks_of(contract, names.values(), inner)
    except Exception as error:  # noqa: BLE001 – grimp says in many ways that a contract does not fit the code
        verdict.not_covered.append(("", f"the contract {contract.name!r} cannot be checked: {error}"[:300]))
        return []
    paths = {name: path for path, name in names.items()}
    return [(paths[one.chain[0]], one.chain, _break(root, one, paths, inner)) for one in broken]


def _contract_names(graph: Graph, contract: Contract) -> dict[str, str]:
    """Files by path with the dotted name that they have under the contract's root packages."""
    names: dict[str, str] = {}
    if not isinstance(graph.places, PythonPlaces):
        return names
    for package in contract.roots:
        folder = graph.places.folder_of(package)
        if folder is None:
            continue
        for path in graph.places.files:
            if path.startswith(f"{folder}/"):
                inner = (
                    path.removeprefix(f"{folder}/").removesuffix(".py").removesuffix("__init__").strip("/")
                )
                names[path] = ".".join([package, *inner.split("/")]).rstrip(".")
    return names


def _break(root: str, one: Break, paths: dict[str, str], edges: dict[Edge, int]) -> RawFinding:
    line = edges[one.chain[0], one.chain[1]]
    way = "" if len(one.chain) == 2 else f" by way of {', '.join(one.chain[1:-1])}"
    return RawFinding(
        rule="layer-break",
        message=f"{one.chain[0]} imports {one.chain[-1]}{way}, but {one.lower} must not know {one.higher} "
        f"(contract {one.contract!r}): a change in the upper layer can now break the lower one",
        severity="medium",
        confidence=0.95,
        category="quality",
        line=line,
        quote=quote_of(read_below(root, paths[one.chain[0]]), line),
        family="layer-break",
        suggestion=f"Move what {one.chain[0]} needs to its own layer or below, or hand it in from above.",
    )


def _measures(graphs: list[Graph]) -> dict[str, float]:
    out: Counter[str] = Counter()
    into: Counter[str] = Counter()
    for graph in graphs:
        out.update(importer for importer, _ in graph.at_run)
        into.update(imported for _, imported in graph.at_run)
    return {
        "imports.edges": float(sum(len(graph.at_run) for graph in graphs)),
        "imports.circles": float(sum(len(_knots(graph)) for graph in graphs)),
        "imports.max_fan_out": float(max(out.values(), default=0)),
        "imports.max_fan_in": float(max(into.values(), default=0)),
    }


if __name__ == "__main__":
    main()
