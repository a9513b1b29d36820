"""Performance: work that a loop repeats for nothing, where the syntax tree proves it."""

from __future__ import annotations

from importlib.metadata import version

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from .per_file import PerFileTool


class PerformancePatternsTool(PerFileTool):
    """Reports only what is certain without running the code; whether it matters depends on the data."""

    analyser = "performance_patterns"
    version = f"2+tree-sitter{version('tree-sitter-python')}"
    about = ToolProfile(
        name="performance-patterns",
        title="work repeated in loops",
        categories=frozenset({Category.PERFORMANCE}),
        languages=frozenset({"python"}),
    )
