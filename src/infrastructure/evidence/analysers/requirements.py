"""What a project declares to need: the lines of requirement files and of pyproject.toml, as they are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

REQUIREMENTS = re.compile(r"(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|in)", re.IGNORECASE)
FOR_DEVELOPERS = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|tests?|testing|docs?|lint|ci|typing|build|local|bench)(?:$|[-_./])"
)
OPTION = re.compile(r"\s--?[A-Za-z]")
POETRY = re.compile(r"^[\^~]?\s*\d")


@dataclass(frozen=True, slots=True)
class Declared:
    """One requirement; `name` as spelled, `line` 1-based, `dev` when it is not needed to run the project."""

    name: str
    specifier: SpecifierSet
    line: int
    dev: bool = False
    by_url: bool = False

    @property
    def key(self) -> str:
        """The name in its canonical form."""
        return canonicalize_name(self.name)

    @property
    def pinned(self) -> str:
        """The one version that may be installed, "" when several may."""
        return next(
            (
                one.version
                for one in self.specifier
                if one.operator in {"==", "==="} and "*" not in one.version
            ),
            "",
        )


def is_requirements(path: str) -> bool:
    """Whether a file is read by `pip install -r`, by its name or its folder."""
    pure = PurePosixPath(path)
    if REQUIREMENTS.fullmatch(pure.name):
        return True
    return pure.suffix in {".txt", ".in"} and pure.parent.name in {"requirements", "reqs"}


def is_for_developers(path: str) -> bool:
    """Whether a requirement file is for those who work on the project, by its name."""
    return FOR_DEVELOPERS.search(path.rsplit(".", 1)[0].lower()) is not None


def in_requirements(text: str, dev: bool = False) -> list[Declared]:
    """Requirements of a requirement file; what pip would not take for one is left out."""
    return [
        found
        for number, line in _logical(text)
        if (found := _declared(OPTION.split(line)[0], number, dev)) is not None
    ]


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, with those that end in a backslash joined, under the number of the first."""
    number, begun = 0, ""
    for index, raw in enumerate(text.splitlines(), 1):
        line = re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].rstrip()
        number = number if begun else index
        if line.endswith("\\"):
            begun += line[:-1]
            continue
        whole, begun = (begun + line).strip(), ""
        if whole and not whole.startswith("-"):
            yield number, whole
    if begun.strip():
        yield number, begun.strip()


def _declared(text: str, line: int, dev: bool = False) -> Declared | None:
    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        return None
    return Declared(requirement.name, requirement.specifier, line, dev, requirement.url is not None)


def in_pyproject(text: str) -> list[Declared]:
    """All requirements of a pyproject.toml: dependencies, extras, groups, and Poetry's; raises ValueError."""
    table = tomllib.loads(text)
    project = _table(table, "project")
    found = _listed(project.get("dependencies"), text, dev=False)
    for extra in _table(project, "optional-dependencies").values():
        found += _listed(extra, text, dev=False)
    for group in _table(table, "dependency-groups").values():
        found += _listed(group, text, dev=True)
    poetry = _table(table, "tool", "poetry")
    found += _poetry(_table(poetry, "dependencies"), text, dev=False)
    found += _poetry(_table(poetry, "dev-dependencies"), text, dev=True)
    for group in _table(poetry, "group").values():
        found += _poetry(_table(group, "dependencies"), text, dev=True)
    return found


def _table(value: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _listed(values: Any, text: str, dev: bool) -> list[Declared]:
    """Requirements in a list of strings, each on the line that quotes it; other members (include-group) are skipped."""
    found = []
    for value in values if isinstance(values, list) else ():
        if isinstance(value, str):
            line = _line_with(text, (f'"{value}"', f"'{value}'", value))
            one = _declared(value, line, dev)
            found += [one] if one is not None else []
    return found


def _poetry(table: Mapping[str, Any], text: str, dev: bool) -> list[Declared]:
    """Poetry's own table: a bare version is exact; a caret or tilde is a range, of which no bound is needed here."""
    found = []
    for name, value in table.items():
        if name.lower() == "python":
            continue
        version = value.get("version", "") if isinstance(value, dict) else value
        by_url = isinstance(value, dict) and not {"git", "path", "url"}.isdisjoint(value)
        line = _line_of_key(text, name)
        found.append(Declared(name, _poetry_specifier(version), line, dev, by_url))
    return found


def _poetry_specifier(version: Any) -> SpecifierSet:
    text = version.strip() if isinstance(version, str) else ""
    if text and text[0].isdigit():
        text = f"=={text}"
    elif POETRY.match(text):
        text = f">={text.lstrip('^~ ')}"
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()


def _line_with(text: str, needles: Iterable[str]) -> int:
    """The first line that holds the first needle that stands anywhere outside comments; 0 for none."""
    for needle in needles:
        for number, line in enumerate(text.splitlines(), 1):
            if needle in line and not line.lstrip().startswith("#"):
                return number
    return 0


def _line_of_key(text: str, name: str) -> int:
    key = re.compile(rf"""^\s*["']?{re.escape(name)}["']?\s*=""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), 0)


def quoted(text: str, line: int) -> str:
    """The 1-based line, stripped and at most 200 characters long; "" when there is none."""
    lines = text.splitlines()
    return lines[line - 1].strip()[:200] if 1 <= line <= len(lines) else ""
