"""Documentation: docstrings of the public API, a README, and links that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from ...domain.evidence.finding import Finding
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from .cached_tool import Conclusion
from .file_facts import FileFacts, RawFinding
from .per_file import PerFileTool
from .project_root import is_project, is_unpacked_package
from .public_names import handed_on, is_among, is_hidden
from .relative_links import LinkChecker, names_in

MANY = 5
"""More missing docstrings than this in one file are one finding."""
CODE = frozenset({"python", "javascript", "typescript", "tsx", "go", "rust", "java"})
SUPPORT = frozenset(
    {"docs", "doc", "examples", "example", "benchmarks", "migrations", "scripts", "node_modules"}
)


class DocumentationTool(PerFileTool):
    """Counts documented definitions and follows relative links; what is on the network is never asked."""

    analyser = "documentation"
    version = f"2+tree-sitter{version('tree-sitter')}"
    about = ToolProfile(
        name="docs",
        title="docstrings, README and links",
        categories=frozenset({Category.DOCUMENTATION}),
        languages=CODE | {"markdown"},
    )

    def wants(self, file: SourceFile) -> bool:
        """Markdown, and code that others may call: no tests or stubs; private Python may be handed on."""
        if file.language == "markdown":
            return True
        if file.language not in CODE or file.is_test or _is_support(file.path):
            return False
        return file.language == "python" or not is_hidden(file.path)

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """Docstrings by file, links by page, and the README of the project."""
        definitions = {
            path: one.data["definitions"] for path, one in facts.items() if "definitions" in one.data
        }
        pages = {path: one.data for path, one in facts.items() if "links" in one.data}
        inherited = _documented_methods(definitions)
        findings: list[Finding] = []
        public = missing = 0
        for path, found in _public(definitions, facts).items():
            counted = [one for one in found if one["documented"] or not _inherits_words(one, inherited)]
            silent = [one for one in counted if not one["documented"]]
            public, missing = public + len(counted), missing + len(silent)
            findings += [raw.at(path, self.about.name) for raw in _missing(silent, len(counted))]
        checker = LinkChecker(
            snapshot.root, {path: frozenset(page["anchors"]) for path, page in pages.items()}
        )
        for path, page in pages.items():
            findings += [raw.at(path, self.about.name) for raw in checker.broken(path, page["links"])]
        findings += self._readme(snapshot)
        measures = {"docstrings.public": float(public), "docstrings.missing": float(missing)}
        if public:
            measures["docstrings.percent"] = round(100 * (public - missing) / public, 1)
        measures |= {"docs.pages": float(len(pages)), "docs.links": float(checker.checked)}
        return Conclusion(tuple(findings), measures)

    def _readme(self, snapshot: WorkspaceSnapshot) -> list[Finding]:
        places = ("", "docs", ".github")
        names = {name.lower() for place in places for name in names_in(str(Path(snapshot.root, place)))}
        if any(name.partition(".")[0] == "readme" for name in names):
            return []
        if is_unpacked_package(snapshot) or not is_project(snapshot):
            return []  # the README of an installed package is in its metadata
        raw = RawFinding(
            rule="missing-readme",
            message="The project has no README: a newcomer is not told what it is for or how to run it",
            severity="medium",
            confidence=1.0,
            category="documentation",
            line=0,
            family="missing-readme",
            suggestion="Add README.md: what it is, how to install it, one example with its output.",
        )
        return [raw.at("", self.about.name)]


def _is_support(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if path.endswith(".pyi") or SUPPORT.intersection(parts[:-1]):
        return True
    dotted = any(part.startswith(".") for part in parts)
    return dotted or parts[-1] in {"setup.py", "conftest.py", "manage.py", "__main__.py"}


def _public(
    definitions: Mapping[str, list[dict[str, Any]]], facts: Mapping[str, FileFacts]
) -> dict[str, list[dict[str, Any]]]:
    """The definitions by file that others can have; of a private module those that a public one hands on."""
    names = handed_on({path: one.data["exports"] for path, one in facts.items() if "exports" in one.data})
    public: dict[str, list[dict[str, Any]]] = {}
    for path, found in definitions.items():
        own = names.get(path, frozenset())
        hidden = is_hidden(path)
        public[path] = [
            one for one in found if not hidden or is_among(one["function"].partition(".")[0], own)
        ]
    return public


def _documented_methods(definitions: Mapping[str, list[dict[str, Any]]]) -> dict[str, set[str]]:
    """Names of methods with words, by class name, those of base classes in the project included."""
    own: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for one in (one for found in definitions.values() for one in found):
        if one["kind"] == "class":
            bases.setdefault(one["name"], set()).update(one["bases"])
        elif one["owner"] and one["documented"]:
            own.setdefault(one["owner"], set()).add(one["name"])
    return {name: _inherited(name, own, bases) for name in bases}


def _inherited(name: str, own: dict[str, set[str]], bases: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    seen = {name}
    waiting = list(bases[name])
    while waiting:
        base = waiting.pop()
        if base not in seen:
            seen.add(base)
            found |= own.get(base, set())
            waiting += bases.get(base, ())
    return found


def _inherits_words(one: dict[str, Any], inherited: Mapping[str, set[str]]) -> bool:
    return one["kind"] == "method" and one["name"] in inherited.get(one["owner"], set())


def _missing(silent: list[dict[str, Any]], public: int) -> list[RawFinding]:
    if len(silent) > MANY:
        names = ", ".join(one["function"] for one in silent[:3])
        message = f"{len(silent)} of {public} public definitions do not say what they are for: {names}, …"
        return [_missing_words(silent[0], message, "", "low")]
    return [
        _missing_words(
            one,
            f"The public {one['kind']} {one['function']} does not say what it is for",
            one["function"],
            "info",
        )
        for one in silent
    ]


def _missing_words(one: dict[str, Any], message: str, function: str, severity: str) -> RawFinding:
    return RawFinding(
        rule="missing-docstring",
        message=message,
        severity=severity,
        confidence=0.9,
        category="documentation",
        line=one["line"],
        function=function,
        quote=one["quote"],
        family="missing-docstring",
        suggestion="Say in one sentence what the caller gets, and what the signature does not tell.",
    )
