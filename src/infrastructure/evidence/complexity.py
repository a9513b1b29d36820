"""Cognitive complexity: how hard functions are to follow."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from .cached_tool import Conclusion
from .file_facts import FileFacts
from .per_file import PerFileTool


class ComplexityTool(PerFileTool):
    """Measures functions outside tests: `complexity.max`, `complexity.mean` and `functions`."""

    analyser = "complexity"
    version = f"1+complexipy{version('complexipy')}"
    about = ToolProfile(
        name="complexity",
        title="cognitive complexity (complexipy)",
        categories=frozenset({Category.QUALITY}),
        languages=frozenset({"python"}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Stubs hold no code."""
        return super().wants(file) and not file.path.endswith(".pyi")

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """All findings, and the worst and the mean; no functions, no numbers."""
        found = super().conclude(snapshot, facts).findings
        values = [
            float(value)
            for path, one in facts.items()
            if not snapshot.by_path[path].is_test
            for value in one.data
        ]
        measures = {"functions": float(len(values))}
        if values:
            measures |= {"complexity.max": max(values), "complexity.mean": sum(values) / len(values)}
        return Conclusion(found, measures)
