"""Every evidence tool there is."""

from __future__ import annotations

from collections.abc import Callable

from ...domain.ports.evidence_tool import EvidenceTool
from .advisories import AdvisoriesTool
from .cache import EvidenceCache
from .code_review import CodeReviewTool
from .complexity import ComplexityTool
from .coverage_data import CoverageTool
from .dead_code import DeadCodeTool
from .dependencies import DependenciesTool
from .documentation import DocumentationTool
from .duplicates import DuplicatesTool
from .imports import ImportsTool
from .performance_lint import PerformanceLintTool
from .performance_patterns import PerformancePatternsTool
from .process import ToolRunner
from .secrets import SecretsTool
from .security_lint import SecurityLintTool
from .settings import SettingsTool
from .size import SizeTool
from .test_inventory import TestInventoryTool

TOOLS: tuple[Callable[[ToolRunner, EvidenceCache], EvidenceTool], ...] = (
    CodeReviewTool,
    SecurityLintTool,
    SecretsTool,
    SettingsTool,
    ImportsTool,
    ComplexityTool,
    SizeTool,
    DeadCodeTool,
    DuplicatesTool,
    CoverageTool,
    TestInventoryTool,
    PerformanceLintTool,
    PerformancePatternsTool,
    DocumentationTool,
    DependenciesTool,
    AdvisoriesTool,
)
"""In the order in which reports list them."""


def all_tools(runner: ToolRunner, cache: EvidenceCache) -> tuple[EvidenceTool, ...]:
    """One of each, with the same limits and the same memory."""
    return tuple(tool(runner, cache) for tool in TOOLS)
