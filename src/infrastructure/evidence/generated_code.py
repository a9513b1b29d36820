"""Lets evidence tools look at code that only exists as text."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...domain.errors import UserError
from ...domain.evidence.finding import Finding, identify
from ...domain.evidence.report import EvidenceReport
from ...domain.ports.code_evidence import CodeEvidence
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.ports.secret_masker import SecretMasker
from ...domain.sandbox.paths import path_problems
from ...domain.workspace.files import RepositoryFacts, SourceFile, WorkspaceSnapshot
from ...domain.workspace.languages import is_test_path, language_of
from ..common.confined import real_place, write_below

NAMES = ("ruff", "ruff-security", "secrets", "complexity", "size")
"""The tools that have something to say about a few files without the project around them."""


class GeneratedCodeEvidence(CodeEvidence):
    """Writes the files into a folder of its own, asks the tools, and removes it."""

    def __init__(self, tools: Sequence[EvidenceTool], masker: SecretMasker) -> None:
        self._tools = tuple(tools)
        self._masker = masker

    async def look_at(self, files: Mapping[str, str]) -> tuple[EvidenceReport, ...]:
        """The report of each tool; no permission is given to any of them."""
        problems = path_problems(files)
        if problems:
            raise UserError(f"these files cannot be looked at: {'; '.join(problems)}", code="paths")
        with tempfile.TemporaryDirectory(prefix="muster-generated-", ignore_cleanup_errors=True) as folder:
            snapshot = await asyncio.to_thread(_written, folder, files)
            reports = await asyncio.gather(*(tool.gather(snapshot) for tool in self._tools))
        return tuple(self._masked(report) for report in reports)

    def _masked(self, report: EvidenceReport) -> EvidenceReport:
        mask = self._masker.mask

        def hidden(finding: Finding) -> Finding:
            quote = mask(finding.quote, finding.location.path)
            return replace(finding, quote=quote, message=mask(finding.message))

        findings = identify(hidden(finding) for finding in report.findings)
        return replace(report, findings=findings, reason=mask(report.reason))


def _written(folder: str, files: Mapping[str, str]) -> WorkspaceSnapshot:
    root = real_place(folder)
    sources, contents = [], {}
    for path, text in sorted(files.items()):
        content = text.encode("utf-8", "replace")
        contents[path] = content
        digest = hashlib.sha256(content).hexdigest()
        lines = len(text.splitlines())
        sources.append(SourceFile(path, len(content), lines, digest, language_of(path), is_test_path(path)))
    write_below(root, contents)
    counts: Counter[str] = Counter()
    for source in sources:
        counts[source.language] += source.lines
    tests = sum(source.is_test for source in sources)
    return WorkspaceSnapshot(
        root, tuple(sources), (), RepositoryFacts(len(sources), dict(counts), tests, is_git=False)
    )
