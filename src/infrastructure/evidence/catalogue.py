"""Every evidence tool there is."""

from __future__ import annotations

from ...domain.ports.evidence_tool import EvidenceTool
from .cache import EvidenceCache
from .process import ToolRunner


def all_tools(runner: ToolRunner, cache: EvidenceCache) -> tuple[EvidenceTool, ...]:
    """The tools in the order in which reports list them."""
    from .coverage_data import CoverageTool
    from .documentation import DocumentationTool
    from .imports import ImportsTool
    from .performance_patterns import PerformancePatternsTool
    from .test_inventory import TestInventoryTool

    return (
        ImportsTool(runner, cache),
        CoverageTool(runner, cache),
        TestInventoryTool(runner, cache),
        DocumentationTool(runner, cache),
        PerformancePatternsTool(runner, cache),
    )
