"""Tools that look at each file alone."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from .cache import EvidenceCache
from .file_facts import FileFacts
from .process import Completed, ToolRunner

WORKER = f"{__package__}.worker"
MAX_CRASHES = 3


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the facts of all files add up to; a `reason` means that nothing was measured after all."""

    findings: tuple[Finding, ...]
    measures: Mapping[str, float]
    not_covered: tuple[NotCovered, ...] = ()
    reason: str = ""


class PerFileTool(EvidenceTool):
    """Looks only at files whose content it has not seen, then draws its conclusion from all of them.

    A subclass sets `analyser` (a module in `analysers`) and `version` (changes whenever the same bytes could
    give other facts), says which files it `wants`, and may override `conclude` and `look`.
    """

    analyser: str
    version: str
    about: ToolProfile

    def __init__(self, runner: ToolRunner, cache: EvidenceCache) -> None:
        self._runner = runner
        self._cache = cache

    @property
    def profile(self) -> ToolProfile:
        """Who this tool is."""
        return self.about

    def wants(self, file: SourceFile) -> bool:
        """Whether this tool can say anything about `file`: by default, whether it reads its language."""
        return not self.about.languages or file.language in self.about.languages

    def content_key(self, file: SourceFile) -> str:
        """What the facts depend on; a subclass adds the parts of the path that matter to it."""
        return f"{file.digest}:{file.language}:{int(file.is_test)}"

    def nothing_to_see(self) -> str:
        """Why there is no input when no file was wanted."""
        return f"no {' or '.join(sorted(self.about.languages)) or 'text'} files"

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """Findings and measures over all files; by default everything that was found, measures summed."""
        measures: dict[str, float] = {}
        for one in facts.values():
            for name, value in one.measures.items():
                measures[name] = measures.get(name, 0.0) + value
        findings = [raw.at(path, self.about.name) for path, one in facts.items() for raw in one.findings]
        return Conclusion(tuple(findings), measures)

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look, or remember; see the port."""
        started = time.monotonic()
        files = [file for file in snapshot.files if self.wants(file)]
        if not files:
            return self._report(EvidenceStatus.NO_INPUT, started, reason=self.nothing_to_see())
        known = await asyncio.to_thread(self._recall, files)
        try:
            fresh = await self.look(snapshot.root, [file for file in files if file.path not in known])
        except EvidenceUnavailable as error:
            return self._report(EvidenceStatus.FAILED, started, reason=error.message)
        await asyncio.to_thread(self._remember, files, fresh)
        seen = {file.path: {**known, **fresh}[file.path] for file in files}
        return await asyncio.to_thread(self._conclude, snapshot, seen, known.keys(), started)

    async def look(self, root: str, files: Sequence[SourceFile]) -> dict[str, FileFacts]:
        """Facts of each of `files`, in the worker; a file that kills the worker is a problem of that file."""
        waiting = list(files)
        facts: dict[str, FileFacts] = {}
        crashes = 0
        while waiting:
            done = await self._runner.run(
                [sys.executable, "-P", "-m", WORKER, self.analyser], cwd=root, stdin=_order(root, waiting)
            )
            facts.update(_answers(done.stdout))
            waiting = [file for file in waiting if file.path not in facts]
            if not waiting:
                break
            crashes += 1
            if crashes > MAX_CRASHES:
                raise EvidenceUnavailable(f"{self.about.name} crashed: {_last_words(done)}", code="crashed")
            reason = f"crashed the analyser: {_last_words(done)}"
            facts[waiting.pop(0).path] = FileFacts(problem=reason, transient=True)
        return facts

    def _conclude(
        self, snapshot: WorkspaceSnapshot, seen: Mapping[str, FileFacts], known: Set[str], started: float
    ) -> EvidenceReport:
        name = self.about.name
        failed = tuple(
            NotCovered(path, f"{name}: {one.problem}") for path, one in seen.items() if one.problem
        )
        readable = {path: one for path, one in seen.items() if not one.problem}
        if not readable:
            reason = "no file could be analysed"
            return self._report(EvidenceStatus.FAILED, started, reason=reason, not_covered=failed)
        end = self.conclude(snapshot, readable)
        return EvidenceReport(
            tool=self.about.name,
            version=self.version,
            status=EvidenceStatus.NO_INPUT if end.reason else EvidenceStatus.MEASURED,
            findings=end.findings,
            measures=end.measures,
            not_covered=failed + end.not_covered,
            reason=end.reason,
            looked_at=len(readable),
            from_cache=len(known & readable.keys()),
            duration=time.monotonic() - started,
        )

    def _report(
        self, status: EvidenceStatus, started: float, *, reason: str, not_covered: tuple[NotCovered, ...] = ()
    ) -> EvidenceReport:
        return EvidenceReport(
            self.about.name,
            self.version,
            status,
            reason=reason,
            not_covered=not_covered,
            duration=time.monotonic() - started,
        )

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

    @property
    def _key(self) -> str:
        return f"{self.about.name}@{self.version}"


def _remembered(value: bytes | None) -> FileFacts | None:
    try:
        return FileFacts.from_json(json.loads(value)) if value else None
    except (ValueError, KeyError, TypeError):
        return None  # a damaged entry is a miss


def _order(root: str, files: Sequence[SourceFile]) -> bytes:
    entries = [{"path": file.path, "language": file.language, "is_test": file.is_test} for file in files]
    return json.dumps({"root": root, "files": entries}).encode()


def _answers(stdout: bytes) -> dict[str, FileFacts]:
    facts: dict[str, FileFacts] = {}
    for line in stdout.splitlines():
        try:
            answer = json.loads(line)
            facts[answer["path"]] = FileFacts.from_json(answer["facts"])
        except (ValueError, KeyError, TypeError):
            break  # the last line of a process that was killed while it wrote
    return facts


def _last_words(done: Completed) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else f"ended with code {done.code}")[:200]
