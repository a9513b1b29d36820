"""Tools that look at each file alone."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from ...domain.errors import EvidenceUnavailable
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from .cached_tool import CHANGED_MEANWHILE, CachedTool, Conclusion, Look
from .file_facts import FileFacts
from .process import Completed

WORKER = f"{__package__}.worker"
MAX_CRASHES = 3
CHANGED = FileFacts(problem=CHANGED_MEANWHILE, transient=True)


class PerFileTool(CachedTool):
    """Looks only at files whose content it has not seen, then draws its conclusion from all of them.

    A subclass sets `analyser` (a module in `analysers`), and may override `conclude` and `look`.
    """

    analyser: str

    def content_key(self, file: SourceFile) -> str:
        """What the facts depend on; a subclass adds the parts of the path that matter to it."""
        return f"{file.digest}:{file.language}:{int(file.is_test)}"

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """Findings and measures over all files; by default everything that was found, measures summed."""
        measures: dict[str, float] = {}
        for one in facts.values():
            for name, value in one.measures.items():
                measures[name] = measures.get(name, 0.0) + value
        findings = [raw.at(path, self.about.name) for path, one in facts.items() for raw in one.findings]
        return Conclusion(tuple(findings), measures)

    async def _seen(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Look:
        known = await asyncio.to_thread(self._recall, files)
        fresh = await self.look(snapshot.root, [file for file in files if file.path not in known])
        await asyncio.to_thread(self._remember, files, fresh)
        seen = {file.path: {**known, **fresh}[file.path] for file in files}
        return await asyncio.to_thread(self._conclude, snapshot, seen, known.keys())

    async def look(self, root: str, files: Sequence[SourceFile]) -> dict[str, FileFacts]:
        """Facts of each of `files`, in the worker; a file that kills the worker is a problem of that file."""
        waiting = list(files)
        facts: dict[str, FileFacts] = {}
        crashes = 0
        while waiting:
            done = await self._runner.run(
                [sys.executable, "-P", "-m", WORKER, self.analyser], cwd=root, stdin=_order(root, waiting)
            )
            facts.update(_answers(done.stdout, {file.path: file.digest for file in waiting}))
            waiting = [file for file in waiting if file.path not in facts]
            if not waiting:
                break
            crashes += 1
            if crashes > MAX_CRASHES:
                raise EvidenceUnavailable(f"{self.about.name} crashed: {_last_words(done)}", code="crashed")
            reason = f"crashed the analyser: {_last_words(done)}"
            facts[waiting.pop(0).path] = FileFacts(problem=reason, transient=True)
        return facts

    def _conclude(self, snapshot: WorkspaceSnapshot, seen: Mapping[str, FileFacts], known: Set[str]) -> Look:
        name = self.about.name
        failed = tuple(
            NotCovered(path, f"{name}: {one.problem}") for path, one in seen.items() if one.problem
        )
        readable = {path: one for path, one in seen.items() if not one.problem}
        if not readable:
            end = Conclusion(not_covered=failed, reason="no file could be analysed")
            return Look(end, 0, failed=True)
        end = self.conclude(snapshot, readable)
        end = replace(end, not_covered=failed + end.not_covered)
        return Look(end, len(readable), len(known & readable.keys()))

    def _recall(self, files: Sequence[SourceFile]) -> dict[str, FileFacts]:
        stored = self._cache.get_many(self._key, {self.content_key(file) for file in files})
        found = {file.path: _remembered(stored.get(self.content_key(file))) for file in files}
        return {path: facts for path, facts in found.items() if facts is not None}

    def _remember(self, files: Sequence[SourceFile], fresh: Mapping[str, FileFacts]) -> None:
        values = {
            self.content_key(file): json.dumps(fresh[file.path].to_json()).encode()
            for file in files
            if file.path in fresh and not fresh[file.path].transient
        }
        self._cache.put_many(self._key, values)


def _remembered(value: bytes | None) -> FileFacts | None:
    try:
        return FileFacts.from_json(json.loads(value)) if value else None
    except (ValueError, KeyError, TypeError):
        return None  # a damaged entry is a miss


def _order(root: str, files: Sequence[SourceFile]) -> bytes:
    entries = [{"path": file.path, "language": file.language, "is_test": file.is_test} for file in files]
    return json.dumps({"root": root, "files": entries}).encode()


def _answers(stdout: bytes, digests: Mapping[str, str]) -> dict[str, FileFacts]:
    """Facts by path; a file that is no longer what was scanned has none: they would be kept under its old content."""
    facts: dict[str, FileFacts] = {}
    for line in stdout.splitlines():
        try:
            answer = json.loads(line)
            same = answer.get("digest", "") in {"", digests[answer["path"]]}
            facts[answer["path"]] = FileFacts.from_json(answer["facts"]) if same else CHANGED
        except (ValueError, KeyError, TypeError):
            break  # the last line of a process that was killed while it wrote
    return facts


def _last_words(done: Completed) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else f"ended with code {done.code}")[:200]
