"""A program that says which lines coverage.py saw run, file by file.

Run as `python -P -m muster.infrastructure.evidence.analysers.coverage_report` in the project's folder.
Reads `{"root", "data": [data files], "paths": [files of the project]}` on standard input and prints
`{"files": {path: [statements, covered]}, "problems": [[path, reason], …]}`. Of the project's own settings for
coverage.py only those count that say which lines to leave out: others load code, write files or read the
environment. Data files are copied, so that nothing is written beside them.
"""

from __future__ import annotations

import configparser
import json
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from coverage import Coverage, CoverageData
from coverage.exceptions import CoverageException

from ...common.confined import read_below
from ..measured_lines import match_path

SETTINGS = (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml")
"""Files with settings for coverage.py; the first that holds any counts."""


def main() -> None:
    """Read the data files that standard input names."""
    order = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        answer = report(order["root"], order["data"], order["paths"], Path(folder))
    sys.stdout.write(json.dumps(answer))


def report(root: str, data: list[str], paths: list[str], folder: Path) -> dict[str, object]:
    """Statements and covered statements of each file that was measured and belongs to the project."""
    known = frozenset(paths)

    def here(measured: str) -> str:
        found = match_path(measured, root, known)
        return str(Path(root, found)) if found else measured

    joined = folder / "joined"
    with_paths = CoverageData(str(joined))
    for number, original in enumerate(data):
        copy = folder / f"copy-{number}"
        shutil.copyfile(original, copy)
        other = CoverageData(str(copy))
        other.read()
        with_paths.update(other, map_path=here)
    with_paths.write()
    measured = sorted(with_paths.measured_files())
    with_paths.close()
    return _analysed(_reader(joined, root), root, measured, known)


def _reader(data: Path, root: str) -> Coverage:
    reader = Coverage(data_file=str(data), config_file=False)
    usual = reader.get_option("report:exclude_lines")
    # Where the project's settings cannot be read, those of coverage.py itself are used.
    with suppress(OSError, ValueError, configparser.Error, re.error):
        reader.set_option("report:exclude_lines", _left_out(root, usual if isinstance(usual, list) else []))
    reader.load()
    return reader


def _left_out(root: str, usual: list[str]) -> list[str]:
    """Expressions for lines that the project leaves out; nothing in them is replaced from the environment."""
    report = next((found for name in SETTINGS if (found := _section(root, name)) is not None), {})
    lines = [*(_expressions(report.get("exclude_lines")) or usual), *_expressions(report.get("exclude_also"))]
    for line in lines:
        re.compile(line)
    return lines


def _section(root: str, name: str) -> Mapping[str, Any] | None:
    """The settings for reports in a file, None when it says nothing about coverage.py."""
    try:
        text = read_below(root, name).decode()
    except OSError:
        return None
    if name.endswith(".toml"):
        return _of_toml(tomllib.loads(text))
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    own = name == ".coveragerc"
    if not own and not any(name.startswith("coverage:") for name in parser.sections()):
        return None
    section = "report" if own and not parser.has_section("coverage:report") else "coverage:report"
    return dict(parser[section]) if parser.has_section(section) else {}


def _of_toml(tables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tool = tables.get("tool")
    own = tool.get("coverage") if isinstance(tool, dict) else None
    if not isinstance(own, dict):
        return None
    report = own.get("report")
    return report if isinstance(report, dict) else {}


def _expressions(value: Any) -> list[str]:
    """One expression a line, or a list of them; coverage.py writes a dollar sign as two, too."""
    listed = value.splitlines() if isinstance(value, str) else value
    lines = [str(one).strip().replace("$$", "$") for one in listed] if isinstance(listed, list) else []
    return [line for line in lines if line]


def _analysed(reader: Coverage, root: str, measured: list[str], known: frozenset[str]) -> dict[str, object]:
    files: dict[str, tuple[int, int]] = {}
    problems: list[tuple[str, str]] = []
    for name in measured:
        path = match_path(name, root, known)
        if path is None:
            continue
        try:
            _, statements, _, missing, _ = reader.analysis2(str(Path(root, path)))
        except (CoverageException, OSError, SyntaxError, ValueError) as error:
            problems.append((path, str(error).splitlines()[0][:200]))
            continue
        files[path] = (len(statements), len(statements) - len(missing))
    return {"files": files, "problems": problems}


if __name__ == "__main__":
    main()
