"""Imports: circles among modules, and breaks of the layers that the project declares."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from .cached_tool import Conclusion
from .file_facts import RawFinding
from .process import Completed
from .whole_project import WholeProjectTool

PROGRAM = f"{__package__}.analysers.import_graph"
DECLARATIONS = frozenset({"pyproject.toml", ".importlinter", "setup.cfg"})


class ImportsTool(WholeProjectTool):
    """Reads every import from the syntax tree; the project's code is never imported or run."""

    version = f"1+grimp{version('grimp')}+tree-sitter{version('tree-sitter')}"
    about = ToolProfile(
        name="imports",
        title="imports: circles and layers",
        categories=frozenset({Category.QUALITY}),
        languages=frozenset({"python", "javascript", "typescript", "tsx"}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Code, and the files in which layers are declared; stubs are never imported."""
        return self._is_code(file) or file.path in DECLARATIONS

    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Findings and measures; see `WholeProjectTool.look`."""
        code = [file for file in files if self._is_code(file)]
        if not code:
            return Conclusion((), {}, reason=self.nothing_to_see())
        entries = [{"path": file.path, "language": file.language} for file in code]
        order = json.dumps({"root": snapshot.root, "files": entries}).encode()
        done = await self._runner.run([sys.executable, "-P", "-m", PROGRAM], cwd=snapshot.root, stdin=order)
        answer = _answer(done)
        skipped = tuple(NotCovered(path, f"imports: {reason}") for path, reason in answer["not_covered"])
        if answer["measures"].get("modules", 0) == 0:
            raise EvidenceUnavailable("no file could be analysed", code="nothing-read")
        found = (RawFinding(**item["raw"]).at(item["path"], self.about.name) for item in answer["findings"])
        return Conclusion(tuple(found), answer["measures"], skipped)

    def _is_code(self, file: SourceFile) -> bool:
        return file.language in self.about.languages and not file.path.endswith(".pyi")


def _answer(done: Completed) -> dict[str, Any]:
    if done.code != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"ended with code {done.code}"]
        raise EvidenceUnavailable(f"imports crashed: {words[-1][:200]}", code="crashed")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise EvidenceUnavailable("imports printed what is not JSON", code="nonsense") from error
    return answer
