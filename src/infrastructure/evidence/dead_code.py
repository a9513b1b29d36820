"""Dead code: what is defined and used nowhere in the project, tests and templates included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from ...domain.evidence.finding import Finding, Location
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category, Severity
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from ..common.confined import read_below
from .cached_tool import Conclusion
from .file_facts import FileFacts
from .per_file import PerFileTool
from .project_root import is_unpacked_package

MENTIONING = frozenset({"html", "ini", "yaml", "shell", "dockerfile"})
MAX_TEXT = 300_000
WORD = re.compile(rb"[A-Za-z_]\w{2,}")
DEPLOYED = frozenset(
    {"dockerfile", "containerfile", "procfile", "manage.py", "docker-compose.yml", "compose.yaml"}
)
PACKAGED = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
CALLED_BY_CONVENTION = frozenset(
    {
        "main", "handler", "lambda_handler", "upgrade", "downgrade", "setup", "teardown", "application",
        "create_app", "load_ipython_extension", "setUp", "tearDown", "writelines", "readline", "readlines",
        "readinto", "fileno", "isatty", "seekable", "readable", "writable", "truncate", "emit", "filter", "default",
    }
)  # fmt: skip
"""Entry points, and methods that the standard library calls on whatever looks like a file or a handler."""


class DeadCodeTool(PerFileTool):
    """Functions, classes, methods and properties without a user, and code after a return.

    Names are matched as words, so that what is called in a way nobody can see is spared rather than
    reported. Unused imports and variables are left to ruff, which sees their scope.
    """

    analyser = "dead_code"
    version = f"1+vulture{version('vulture')}"
    about = ToolProfile(
        name="dead-code",
        title="dead code (vulture)",
        categories=frozenset({Category.QUALITY}),
        languages=frozenset({"python"}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Stubs repeat names without using them."""
        return super().wants(file) and not file.path.endswith(".pyi")

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """Definitions whose name occurs nowhere else."""
        used = {name for one in facts.values() for name in one.data["used"]} | CALLED_BY_CONVENTION
        prefixes = tuple({prefix for one in facts.values() for prefix in one.data["prefixes"]})
        unused = [
            (path, item)
            for path, one in facts.items()
            for item in one.data["defined"]
            if not _is_used(item["name"], used, prefixes)
        ]
        mentioned = _mentioned(snapshot, facts, {item["name"] for _, item in unused})
        library, unpacked = _is_library(snapshot), is_unpacked_package(snapshot)
        found = [
            self._finding(path, item, library)
            for path, item in unused
            if item["name"] not in mentioned and not (library and _is_foreign(item, unpacked))
        ]
        unreachable = super().conclude(snapshot, facts).findings
        return Conclusion((*found, *unreachable), {"dead_code.definitions": float(len(found))})

    def _finding(self, path: str, item: Mapping[str, Any], library: bool) -> Finding:
        offered = library and _is_public(item)
        seen = (
            "nothing in this project uses it" if offered else "nothing uses it, tests and templates included"
        )
        return Finding(
            rule=f"unused-{item['kind']}",
            family=f"unused-{item['kind']}",
            message=f"The {item['kind']} {item['function'] or item['name']} may be dead: {seen}",
            severity=Severity.INFO if offered else Severity.LOW,
            confidence=0.3 if offered else item["confidence"],
            category=Category.QUALITY,
            location=Location(path, item["line"], end_line=item["end_line"], function=item["function"]),
            sources=(self.about.name,),
            quote=item["quote"],
            suggestion="Remove it, unless something calls it from outside.",
        )


def _is_used(name: str, used: set[str], prefixes: tuple[str, ...]) -> bool:
    dunder = name.startswith("__") and name.endswith("__")
    return dunder or name in used or name.startswith(prefixes)


def _is_library(snapshot: WorkspaceSnapshot) -> bool:
    """Whether others import this: it can be installed, and is not something that is deployed by itself."""
    names = {path.lower() for path in snapshot.by_path if "/" not in path}
    return is_unpacked_package(snapshot) or (bool(names & PACKAGED) and not names & DEPLOYED)


def _is_public(item: Mapping[str, Any]) -> bool:
    """By the names of the definition and its classes; a private module may well pass them on."""
    return not any(part.startswith("_") for part in (*item["function"].split("."), item["name"]))


def _is_foreign(item: Mapping[str, Any], unpacked: bool) -> bool:
    """What a library offers is for its users: of methods, and of an installed copy, none can be seen here."""
    return _is_public(item) and (unpacked or item["kind"] in {"method", "property"})


def _mentioned(snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts], names: set[str]) -> set[str]:
    """Which of `names` occur in templates, settings, documents, or code that could not be parsed."""
    wanted = {name.encode() for name in names}
    found: set[bytes] = set()
    for data in _texts(snapshot, facts) if wanted else ():
        found.update(wanted.intersection(WORD.findall(data)))
    return {name.decode() for name in found}


def _texts(snapshot: WorkspaceSnapshot, seen: Iterable[str]) -> Iterator[bytes]:
    known = set(seen)
    for file in snapshot.files:
        unread = file.language == "python" and file.path not in known
        mentions = file.language in MENTIONING or file.path in PACKAGED
        if (mentions or unread) and file.size <= MAX_TEXT:
            try:
                yield read_below(snapshot.root, file.path)
            except OSError:
                continue
