"""Writes a small project to disk and lets one evidence tool look at it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from muster.domain.evidence.report import EvidenceReport
from muster.domain.ports.evidence_tool import EvidenceTool
from muster.domain.workspace.files import RepositoryFacts, SourceFile, WorkspaceSnapshot
from muster.domain.workspace.languages import is_test_path, language_of
from muster.infrastructure.evidence.cache import EvidenceCache
from muster.infrastructure.evidence.process import ToolRunner


def snapshot_of(files: Mapping[str, str | bytes], root: Path) -> WorkspaceSnapshot:
    """Write `files` below `root`, and say what a scan would have found."""
    sources = []
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        lines = len(data.splitlines())
        sources.append(SourceFile(path, len(data), lines, digest, language_of(path), is_test_path(path)))
    lines_by_language: Counter[str] = Counter()
    for source in sources:
        lines_by_language[source.language] += source.lines
    facts = RepositoryFacts(
        files=len(sources),
        lines=dict(lines_by_language),
        test_files=sum(source.is_test for source in sources),
        is_git=False,
    )
    return WorkspaceSnapshot(str(root), tuple(sources), (), facts)


async def look(
    tool_class: type, files: Mapping[str, str | bytes], tmp_path: Path, granted: frozenset[str] = frozenset()
) -> EvidenceReport:
    """What `tool_class` reports about a project of `files`."""
    tool: EvidenceTool = tool_class(ToolRunner(), EvidenceCache(None))
    return await tool.gather(snapshot_of(files, tmp_path), granted)
