"""Dependencies: what is imported against what is declared (by deptry), and requirements that any version meets."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from ..common.confined import read_below, read_text_below
from .analysers.import_guards import Guard, guard_of
from .analysers.module_names import (
    SEVERAL,
    STANDARD_ELSEWHERE,
    is_used_without_import,
    modules_of,
    provider_of,
)
from .analysers.requirements import Declared, is_for_developers, is_requirements, quoted
from .cached_tool import Conclusion
from .declarations import PYPROJECT, Declarations, declarations
from .file_facts import RawFinding
from .process import find_program
from .whole_project import WholeProjectTool

NOT_PRODUCT = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|benchmarks?|scripts?|tools|ci|tasks|notebooks)/"
    r"|(?:^|/)(?:noxfile|setup|conftest|tasks|fabfile|toxfile)\.py$"
)
MENTIONING = frozenset({"python", "yaml", "toml", "ini", "shell", "dockerfile", "json", ""})
LOADING = MENTIONING - {"toml"}
"""Languages of files that load a package by its name; a TOML file mostly only speaks of it."""
CERTAINTY = {Guard.NONE: ("medium", 0.8), Guard.SOMETIMES: ("low", 0.5), Guard.LATER: ("low", 0.5)}
Problem = tuple[str, RawFinding]


class DependenciesTool(WholeProjectTool):
    """Nothing needs to be installed; where a package's modules are not known for sure, the confidence is less."""

    version = f"2+deptry{version('deptry')}"
    about = ToolProfile(
        name="dependencies",
        title="declared and imported packages",
        categories=frozenset({Category.QUALITY}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Code, declarations, and files that may name a package that a program loads by itself."""
        return file.language in MENTIONING or is_requirements(file.path)

    def nothing_to_see(self) -> str:
        """No file is of use."""
        return "no Python code and no declared dependencies"

    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Ask deptry where it can read the declarations; open requirements are looked for in any case."""
        declared = await asyncio.to_thread(declarations, snapshot.root, files, snapshot.by_path)
        problems = _open_requirements(declared)
        measures = {"dependencies.declared": float(len(declared.names))}
        reason = declared.reason or ("" if any(f.language == "python" for f in files) else "no Python code")
        if not reason:
            said = await self._ask(snapshot.root, declared)
            problems += await asyncio.to_thread(_judge, snapshot, declared, said)
        elif not declared.by_file:
            return Conclusion((), {}, tuple(declared.not_covered), reason)
        findings = tuple(raw.at(path, self.about.name) for path, raw in problems)
        return Conclusion(findings, measures, tuple(declared.not_covered), "" if findings else reason)

    async def _ask(self, root: str, declared: Declarations) -> list[Mapping[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="muster-deptry-") as folder:
            output = Path(folder, "out.json")
            argv = [find_program("deptry"), ".", "--no-ansi", f"--json-output={output}", *declared.options()]
            done = await self._runner.run(argv, cwd=root)
            try:
                said = json.loads(await asyncio.to_thread(output.read_bytes))
            except (OSError, ValueError) as error:
                words = done.stderr.decode(errors="replace").strip() or f"ended with code {done.code}"
                last = words.splitlines()[-1][:200]
                raise EvidenceUnavailable(f"deptry failed: {last}", code="crashed") from error
        return [one for one in said if isinstance(one, dict)]


def _open_requirements(declared: Declarations) -> list[Problem]:
    """Lines of requirement files that any version, or any later one, meets; a library has its ranges elsewhere."""
    if declared.is_locked:
        return []
    return [
        (path, _open(one, quoted(declared.texts[path], one.line)))
        for path, listed in declared.by_file.items()
        if path != PYPROJECT and PurePosixPath(path).suffix == ".txt"
        for one in listed
        if not one.by_url and _is_open(one)
    ]


def _is_open(one: Declared) -> bool:
    return all(clause.operator in {">", ">=", "!="} for clause in one.specifier)


def _open(one: Declared, quote: str) -> RawFinding:
    anything = not one.specifier
    return RawFinding(
        rule="unpinned",
        message=f"{one.name} may be installed in {'any version' if anything else 'any later version'}: "
        "the same file gives another program tomorrow",
        severity="info" if one.dev else "low",
        confidence=0.9 if anything else 0.6,
        category="quality",
        line=one.line,
        function=one.key,
        quote=quote,
        family="unpinned",
        suggestion="Name the version that was tested (==), or lock all of them.",
    )


def _judge(
    snapshot: WorkspaceSnapshot, declared: Declarations, said: Iterable[Mapping[str, Any]]
) -> list[Problem]:
    """Our words on what deptry said, without what it cannot know."""
    own = _own_modules(snapshot, declared) | STANDARD_ELSEWHERE
    nested = _nested_projects(snapshot)
    problems: list[Problem] = []
    unused: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    for one in said:
        code, module, path, line = _read(one)
        if path not in snapshot.by_path:
            continue  # no file of this project, whatever its settings made deptry read
        if code in {"DEP001", "DEP003", "DEP004"}:
            if module not in own and (path, module) not in seen and _counts(snapshot, path, nested):
                problem = _imported(snapshot.root, code, module, path, line, declared)
                problems += [problem] if problem is not None else []
                seen.add((path, module))
        elif code == "DEP002":
            unused.append((module, path))
        elif code == "DEP005":
            problems.append(_in_declaration(declared, module, path, STANDARD))
    return problems + list(_unused(snapshot, declared, unused))


def _read(said: Mapping[str, Any]) -> tuple[str, str, str, int]:
    place = said["location"]
    return said["error"]["code"], said["module"], PurePosixPath(place["file"]).as_posix(), place["line"] or 0


def _own_modules(snapshot: WorkspaceSnapshot, declared: Declarations) -> frozenset[str]:
    """Names of folders and modules of the project anywhere in it: scripts import what lies beside them."""
    names: set[str] = set()
    for file in snapshot.files:
        if file.language == "python":
            pure = PurePosixPath(file.path)
            names.update((pure.stem, *pure.parts[:-1]))
    project = declared.table.get("project")
    name = project.get("name") if isinstance(project, dict) else None
    return frozenset(names | ({name.replace("-", "_")} if isinstance(name, str) else set()))


def _nested_projects(snapshot: WorkspaceSnapshot) -> tuple[str, ...]:
    """Folders that declare for themselves."""
    marks = {"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"}
    parents = {
        PurePosixPath(f.path).parent.as_posix() for f in snapshot.files if PurePosixPath(f.path).name in marks
    }
    return tuple(f"{parent}/" for parent in parents if parent not in {".", "requirements"})


def _counts(snapshot: WorkspaceSnapshot, path: str, nested: tuple[str, ...]) -> bool:
    """Whether a file is part of what is installed: tests, docs and tools may need more."""
    file = snapshot.by_path.get(path)
    if file is None or file.is_test or NOT_PRODUCT.search(path):
        return False
    return not path.startswith(nested) if nested else True


def _imported(
    root: str, code: str, module: str, path: str, line: int, declared: Declarations
) -> Problem | None:
    text = read_text_below(root, path)
    guard = guard_of(text.splitlines(), line)
    package = provider_of(module) or module
    if guard is Guard.OPTIONAL or (code != "DEP004" and canonicalize_name(package) in declared.names):
        return None
    severity, confidence = CERTAINTY[guard]
    if module in SEVERAL:
        severity, confidence = "low", 0.3
    elif code != "DEP004" and _may_provide(declared, module):
        severity, confidence = "low", 0.4
    where = "declared for developers only" if code == "DEP004" else "declared nowhere"
    return path, RawFinding(
        rule="DEP001" if code == "DEP003" else code,
        message=f"{module} is imported and {where}: a fresh installation may stop at this line",
        severity=severity,
        confidence=confidence,
        category="quality",
        line=line,
        function=package,
        quote=quoted(text, line),
        family="undeclared-import",
        suggestion=f"Declare {package} where the project's dependencies are declared.",
    )


def _may_provide(declared: Declarations, module: str) -> bool:
    """Whether a declared package of unknown modules has the module's name inside its own, or the other way round."""
    key = canonicalize_name(module)
    return any(
        key in name or name in key for name in declared.names if len(name) > 2 and not modules_of(name)
    )


STANDARD = ("DEP005", "is part of Python: the package of this name is another, old or hostile one", "low", 0.7,
            "Remove it.")  # fmt: skip
UNUSED = ("DEP002", "is declared, but nothing imports it: it is installed and kept up to date for nothing", "low", 0.7,
          "Remove it, or say in [tool.deptry] what it is for.")  # fmt: skip


def _unused(
    snapshot: WorkspaceSnapshot, declared: Declarations, unused: Sequence[tuple[str, str]]
) -> Iterator[Problem]:
    candidates = [(name, path) for name, path in unused if not is_used_without_import(name)]
    words = {name: {name, *(modules_of(name) or (name.replace("-", "_").lower(),))} for name, _ in candidates}
    mentioned = _mentioned(snapshot, set().union(*words.values()) if words else set())
    for name, path in candidates:
        if not is_for_developers(path) and not words[name] & mentioned:
            yield _in_declaration(declared, name, path, UNUSED)


def _mentioned(snapshot: WorkspaceSnapshot, words: set[str]) -> set[str]:
    """Those of the words that stand anywhere in code or configuration: many packages are loaded by name."""
    if not words:
        return set()
    any_word = b"|".join(re.escape(word.encode()) for word in sorted(words))
    one_of = re.compile(rb"(?<![\w-])(?:" + any_word + rb")(?![\w-])")
    found: set[str] = set()
    for file in snapshot.files:
        name = PurePosixPath(file.path).name
        if file.language in LOADING and not (file.is_test or is_requirements(file.path) or "lock" in name):
            found.update(word.decode() for word in one_of.findall(read_below(snapshot.root, file.path)))
    return found


def _in_declaration(
    declared: Declarations, name: str, path: str, about: tuple[str, str, str, float, str]
) -> Problem:
    rule, message, severity, confidence, suggestion = about
    listed = declared.by_file.get(path, [])
    line = next((one.line for one in listed if one.key == canonicalize_name(name)), 0)
    return path, RawFinding(
        rule=rule,
        message=f"{name} {message}",
        severity=severity,
        confidence=confidence,
        category="quality",
        line=line,
        function=canonicalize_name(name),
        quote=quoted(declared.texts.get(path, ""), line),
        family=f"dependency:{rule}",
        suggestion=suggestion,
    )
