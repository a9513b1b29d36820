"""Size: long functions and long lists of parameters, in many languages."""

from __future__ import annotations

from importlib.metadata import version

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile
from .per_file import PerFileTool


class SizeTool(PerFileTool):
    """Counts lines of code, not comments; not branches, since a flat table of cases reads well."""

    analyser = "size"
    version = f"2+lizard{version('lizard')}+tree-sitter{version('tree-sitter')}"
    about = ToolProfile(
        name="size",
        title="size of functions (lizard)",
        categories=frozenset({Category.QUALITY}),
        languages=frozenset(
            {
                "python", "javascript", "typescript", "tsx", "go", "java", "rust", "c", "cpp", "csharp",
                "ruby", "php", "kotlin", "swift", "scala",
            }
        ),
    )  # fmt: skip

    def wants(self, file: SourceFile) -> bool:
        """Declarations without code are no size."""
        return super().wants(file) and not file.path.endswith((".pyi", ".d.ts", ".min.js"))
