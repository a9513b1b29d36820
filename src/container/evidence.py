"""The tools that measure code."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..domain.ports.evidence_tool import EvidenceTool
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..infrastructure.evidence.cache import EvidenceCache

Tools = Sequence[EvidenceTool]


def evidence_cache(loaded: LoadedSettings, files: ExitStack) -> EvidenceCache:
    """What tools have found before, by content."""
    from ..infrastructure.evidence.cache import EvidenceCache

    return files.enter_context(closing(EvidenceCache(loaded.values.data_dir / "evidence.db")))


def evidence_tools(loaded: LoadedSettings, cache: EvidenceCache) -> Tools:
    """Every tool that measures code, within its limits."""
    from ..infrastructure.evidence.catalogue import all_tools
    from ..infrastructure.evidence.process import Limits, ToolRunner

    limits = Limits(loaded.values.tool_seconds, loaded.values.tool_memory_mb)
    return all_tools(ToolRunner(limits), cache)
