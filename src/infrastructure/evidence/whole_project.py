"""Tools that look at all files together."""

from __future__ import annotations

import asyncio
import hashlib
import time
from abc import abstractmethod
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from .cache import EvidenceCache
from .per_file import Conclusion
from .process import ToolRunner

REPORT = TypeAdapter(EvidenceReport)


class WholeProjectTool(EvidenceTool):
    """Looks at the project as one thing, and again only when one of its files has changed.

    A subclass sets `about` and `version`, says which files it `wants`, and implements `look`.
    """

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
        """Whether a change of `file` can change what this tool says."""
        return not self.about.languages or file.language in self.about.languages

    def nothing_to_see(self) -> str:
        """Why there is no input when no file was wanted."""
        return f"no {' or '.join(sorted(self.about.languages)) or 'text'} files"

    @abstractmethod
    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Findings and measures; raises EvidenceUnavailable when there can be none."""

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look, or remember; see the port."""
        started = time.monotonic()
        files = [file for file in snapshot.files if self.wants(file)]
        if not files:
            end = Conclusion((), {}, reason=self.nothing_to_see())
            return self._report(EvidenceStatus.NO_INPUT, started, end, 0)
        key = _project_key(snapshot.root, files)
        remembered = await asyncio.to_thread(self._recall, key, len(files), started)
        if remembered is not None:
            return remembered
        try:
            end = await self.look(snapshot, files)
        except EvidenceUnavailable as error:
            end = Conclusion((), {}, reason=error.message)
            return self._report(EvidenceStatus.FAILED, started, end, 0)
        status = EvidenceStatus.NO_INPUT if end.reason else EvidenceStatus.MEASURED
        report = self._report(status, started, end, len(files))
        await asyncio.to_thread(self._cache.put_many, self._key, {key: REPORT.dump_json(report)})
        return report

    def _recall(self, key: str, files: int, started: float) -> EvidenceReport | None:
        stored = self._cache.get_many(self._key, [key]).get(key)
        if stored is None:
            return None
        try:
            report = REPORT.validate_json(stored)
        except ValidationError:
            return None
        end = Conclusion(report.findings, report.measures, report.not_covered, report.reason)
        return self._report(report.status, started, end, files, from_cache=files)

    def _report(
        self, status: EvidenceStatus, started: float, end: Conclusion, looked_at: int, from_cache: int = 0
    ) -> EvidenceReport:
        return EvidenceReport(
            tool=self.about.name,
            version=self.version,
            status=status,
            findings=end.findings,
            measures=end.measures,
            not_covered=end.not_covered,
            reason=end.reason,
            looked_at=looked_at,
            from_cache=from_cache,
            duration=time.monotonic() - started,
        )

    @property
    def _key(self) -> str:
        return f"{self.about.name}@{self.version}"


def _project_key(root: str, files: Sequence[SourceFile]) -> str:
    """SHA-256 over root, paths and contents: any file added, removed, renamed or changed gives another key."""
    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape"))
    for file in sorted(files, key=lambda one: one.path):
        digest.update(f"\0{file.path}\0{file.digest}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
