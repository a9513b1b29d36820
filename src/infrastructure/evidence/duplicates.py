"""Duplicates: code that stands in two places, with the same or with other names."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from .analysers.syntax import GRAMMARS
from .cache import EvidenceCache
from .cached_tool import Conclusion
from .file_facts import FileFacts, RawFinding
from .per_file import PerFileTool
from .process import Completed, ToolRunner
from .whole_project import WholeProjectTool

PROGRAM = f"{__package__}.analysers.duplicate_pairs"
GRAMMAR_VERSIONS = "+".join(sorted(version(module.replace("_", "-")) for module, _ in set(GRAMMARS.values())))
LEFT_ALONE = (".pyi", ".d.ts", ".min.js")
FOREIGN = frozenset({"migrations", "vendor", "vendored", "_vendor", "third_party", "node_modules"})
"""Folders of code that is written by a tool, or kept by somebody else."""
ABOUT = ToolProfile(
    name="duplicates",
    title="duplicated code",
    categories=frozenset({Category.QUALITY}),
    languages=frozenset(GRAMMARS),
)


class _Streams(PerFileTool):
    """Token streams by content: only changed files are read again."""

    analyser = "duplicates"
    version = f"2+{GRAMMAR_VERSIONS}"
    about = ABOUT

    async def of(self, root: str, files: Sequence[SourceFile]) -> dict[str, FileFacts]:
        """The facts of all files, remembered or fresh."""
        known = await asyncio.to_thread(self._recall, files)
        fresh = await self.look(root, [file for file in files if file.path not in known])
        await asyncio.to_thread(self._remember, files, fresh)
        return {file.path: {**known, **fresh}[file.path] for file in files}


class DuplicatesTool(WholeProjectTool):
    """Compares all files outside tests with each other, in time that grows with their length."""

    version = _Streams.version
    about = ABOUT

    def __init__(self, runner: ToolRunner, cache: EvidenceCache) -> None:
        super().__init__(runner, cache)
        self._streams = _Streams(runner, cache)

    def wants(self, file: SourceFile) -> bool:
        """Code that people maintain: no tests, declarations, minified files or migrations."""
        folders = frozenset(file.path.split("/")[:-1])
        kept = not file.path.endswith(LEFT_ALONE) and not folders & FOREIGN
        return super().wants(file) and kept and not file.is_test

    def nothing_to_see(self) -> str:
        """Why there is no input when no file was wanted."""
        return "no code outside tests in a language that is read"

    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Findings, and `duplicates.percent` of the lines of code that were compared."""
        facts = await self._streams.of(snapshot.root, files)
        skipped = tuple(
            NotCovered(path, f"duplicates: {one.problem}") for path, one in facts.items() if one.problem
        )
        read = {path: one for path, one in facts.items() if not one.problem}
        if not read:
            raise EvidenceUnavailable("no file could be analysed", code="nothing-read")
        answer = await self._compare(snapshot, read)
        lines = sum(one.measures["lines"] for one in read.values())
        measures = {"duplicates.pairs": float(len(answer["findings"]))}
        if lines:
            measures["duplicates.percent"] = 100.0 * answer["lines"] / lines
        found = [RawFinding(**one["raw"]).at(one["path"], self.about.name) for one in answer["findings"]]
        return Conclusion(tuple(found), measures, skipped)

    async def _compare(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> dict[str, Any]:
        entries = [
            {"path": path, "language": snapshot.by_path[path].language, **one.data}
            for path, one in sorted(facts.items())
            if one.data
        ]
        order = json.dumps({"root": snapshot.root, "files": entries}).encode()
        return _answer(
            await self._runner.run([sys.executable, "-P", "-m", PROGRAM], cwd=snapshot.root, stdin=order)
        )


def _answer(done: Completed) -> dict[str, Any]:
    if done.code != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"ended with code {done.code}"]
        raise EvidenceUnavailable(f"duplicates crashed: {words[-1][:200]}", code="crashed")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise EvidenceUnavailable("duplicates printed what is not JSON", code="nonsense") from error
    return answer
