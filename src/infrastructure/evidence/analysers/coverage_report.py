"""A program that says which lines coverage.py saw run, file by file.

Run as `python -P -m muster.infrastructure.evidence.analysers.coverage_report` in the project's folder.
Reads `{"root", "data": [data files], "paths": [files of the project]}` on standard input and prints
`{"files": {path: [statements, covered]}, "problems": [[path, reason], …]}`. The project's own settings for
coverage.py count, but its plugins are never loaded, for they are code; data files are copied, so that
nothing is written beside them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from coverage import Coverage, CoverageData
from coverage.exceptions import CoverageException

from ..measured_lines import match_path


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
    return _analysed(_reader(joined), root, measured, known)


def _reader(data: Path) -> Coverage:
    try:
        reader = Coverage(data_file=str(data), config_file=True)
    except CoverageException:  # the project's settings cannot be read: those of coverage.py itself are used
        reader = Coverage(data_file=str(data), config_file=False)
    reader.set_option("run:plugins", [])
    reader.set_option("run:relative_files", False)  # noqa: FBT003 – the joined data speaks of absolute paths
    reader.load()
    return reader


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
