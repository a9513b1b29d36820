"""What all tools with a memory have in common: profile, files wanted, and the shape of their report."""

from __future__ import annotations

import hashlib
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from ..common.confined import read_below
from .cache import EvidenceCache
from .process import ToolRunner

CHANGED_MEANWHILE = "changed while it was looked at"


MANY_LANGUAGES = 3
"""Names that a sentence can hold."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a look adds up to; a `reason` means that nothing was measured after all."""

    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    not_covered: tuple[NotCovered, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A conclusion, how many files it rests on, how many of them were remembered, and whether none could be read."""

    end: Conclusion
    looked_at: int
    from_cache: int = 0
    failed: bool = False


class CachedTool(EvidenceTool):
    """Looks only when something has changed.

    A subclass sets `about` and `version` (which changes whenever the same bytes could give another report) and
    says which files it `wants`.
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
        """Whether `file` matters to this tool: by default, whether it reads its language."""
        return not self.about.languages or file.language in self.about.languages

    def nothing_to_see(self) -> str:
        """Why there is no input when no file was wanted."""
        named = sorted(filter(None, self.about.languages))
        if len(named) > MANY_LANGUAGES:
            return "no files in a language that it reads"
        return f"no {' or '.join(named) or 'text'} files"

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look, or remember; see the port."""
        started = time.monotonic()
        files = [file for file in snapshot.files if self.wants(file)]
        if not files:
            return self._report(started, Look(Conclusion(reason=self.nothing_to_see()), 0))
        try:
            return self._report(started, await self._seen(snapshot, files))
        except EvidenceUnavailable as error:
            return self._report(started, Look(Conclusion(reason=error.message), 0, failed=True))

    @abstractmethod
    async def _seen(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Look:
        """Look or remember; raises EvidenceUnavailable when nothing can be said."""

    def _report(self, started: float, look: Look) -> EvidenceReport:
        end = look.end
        told = EvidenceStatus.NO_INPUT if end.reason else EvidenceStatus.MEASURED
        return EvidenceReport(
            tool=self.about.name,
            version=self.version,
            status=EvidenceStatus.FAILED if look.failed else told,
            findings=end.findings,
            measures=end.measures,
            not_covered=end.not_covered,
            reason=end.reason,
            looked_at=look.looked_at,
            from_cache=look.from_cache,
            duration=time.monotonic() - started,
        )

    @property
    def _key(self) -> str:
        return f"{self.about.name}@{self.version}"


def changed_files(root: str, files: Sequence[SourceFile]) -> tuple[str, ...]:
    """Paths whose bytes are no longer those that were scanned: what was seen of them belongs to others."""
    return tuple(file.path for file in files if _digest(root, file.path) != file.digest)


def _digest(root: str, path: str) -> str:
    try:
        return hashlib.sha256(read_below(root, path)).hexdigest()
    except OSError:
        return ""
