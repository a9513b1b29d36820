"""Reads the coverage reports of other tools, and finds the project's files that they speak about."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from posixpath import join
from xml.parsers import expat

from ...domain.errors import EvidenceUnavailable

Measured = dict[str, tuple[int, int]]
"""Statements and covered statements by path."""
LIBRARIES = frozenset({"site-packages", "dist-packages", "node_modules"})
MAX_FOLDERS = 200
"""Folders directly below the root in which reports are looked for."""
Hits = dict[str, dict[int, bool]]
"""Whether each line that can run did run, by the file name that the report gives."""


def match_path(name: str, root: str, known: Collection[str]) -> str | None:
    """The project's file that a report calls `name`; a checkout elsewhere is known by the end of its paths.

    A file that is there, outside of the project, is that file and no other.
    """
    plain = name.replace("\\", "/")
    relative = os.path.normpath(os.path.relpath(plain, root) if plain.startswith("/") else plain)
    relative = relative.replace(os.sep, "/")
    if relative in known:
        return relative
    parts = PurePosixPath(plain).parts
    elsewhere = plain.startswith("/") or (parts and ":" in parts[0])
    if not elsewhere or LIBRARIES.intersection(parts) or Path(plain).is_file():
        return None
    for start in range(1, len(parts)):
        end = "/".join(parts[start:])
        if end in known:
            return end
    return None


def read_cobertura(data: bytes, root: str, known: Collection[str]) -> Measured:
    """Lines of coverage.xml; raises EvidenceUnavailable when it is not such a file, or declares entities."""
    reader = _Cobertura()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(data, True)  # noqa: FBT003 – the parser takes it by position: this was all
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise EvidenceUnavailable(f"coverage.xml cannot be read: {error}", code="nonsense") from error
    if not reader.is_cobertura:
        raise EvidenceUnavailable("coverage.xml is not a Cobertura report", code="nonsense")
    return _measured(_places(reader, root, known))


class _Cobertura:
    """Gathers lines while a parser reads; whoever declares entities is refused before they are used."""

    def __init__(self) -> None:
        self.is_cobertura = False
        self.sources: list[str] = []
        self.hits: Hits = defaultdict(dict)
        self._file = ""
        self._text: list[str] | None = None

    def doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if has_subset:
            raise ValueError("it holds its own document type, which is refused")

    def entity(self, *declaration: object) -> None:
        raise ValueError("it declares entities, which are refused")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "coverage":
            self.is_cobertura = True
        elif tag == "source":
            self._text = []
        elif tag == "class":
            self._file = attributes.get("filename", "")
        elif tag == "line" and self._file and attributes.get("number", "").isdecimal():
            number = int(attributes["number"])
            ran = attributes.get("hits", "0") not in {"0", ""}
            lines = self.hits[self._file]
            lines[number] = lines.get(number, False) or ran

    def end(self, tag: str) -> None:
        if tag == "source" and self._text is not None:
            self.sources.append("".join(self._text).strip())
            self._text = None

    def text(self, piece: str) -> None:
        if self._text is not None:
            self._text.append(piece)


def _places(reader: _Cobertura, root: str, known: Collection[str]) -> Iterator[tuple[str, dict[int, bool]]]:
    for name, lines in reader.hits.items():
        joined = [join(source, name) for source in reader.sources if source]
        found = (match_path(candidate, root, known) for candidate in (*joined, name))
        path = next((one for one in found if one), None)
        if path is not None:
            yield path, lines


def read_lcov(data: bytes, root: str, known: Collection[str]) -> Measured:
    """Lines of lcov.info; raises EvidenceUnavailable when it names no file."""
    hits: Hits = defaultdict(dict)
    name = ""
    for line in data.decode(errors="replace").splitlines():
        kind, _, value = line.strip().partition(":")
        if kind == "SF":
            name = value
            hits[name] = hits.get(name, {})
        elif kind == "DA" and name:
            number, _, count = value.partition(",")
            if number.isdecimal():
                ran = count.split(",")[0].strip() not in {"0", ""}
                hits[name][int(number)] = hits[name].get(int(number), False) or ran
        elif kind == "end_of_record":
            name = ""
    if not hits:
        raise EvidenceUnavailable("lcov.info names no file", code="nonsense")
    matched = ((match_path(name, root, known), lines) for name, lines in hits.items())
    return _measured((path, lines) for path, lines in matched if path)


def _measured(places: Iterator[tuple[str, dict[int, bool]]]) -> Measured:
    joined: Hits = defaultdict(dict)
    for path, lines in places:
        for number, ran in lines.items():
            joined[path][number] = joined[path].get(number, False) or ran
        joined.setdefault(path, {})
    return {path: (len(lines), sum(lines.values())) for path, lines in joined.items()}


def newest_data(root: str) -> Path | None:
    """The newest of .coverage, coverage.xml and lcov.info, in the project's root or one folder below."""
    names = (".coverage", "coverage.xml", "lcov.info")
    base = Path(root)
    folders = [base, *sorted(entry for entry in base.iterdir() if _may_hold(entry))[:MAX_FOLDERS]]
    reports = (folder / name for folder in folders for name in names)
    found = [path for path in reports if path.is_file() and not path.is_symlink()]
    return max(found, key=lambda path: (path.stat().st_mtime, str(path)), default=None)


def _may_hold(entry: Path) -> bool:
    return (
        entry.is_dir() and not entry.is_symlink() and not entry.name.startswith((".", "node_modules", "venv"))
    )
