"""Performance: the rules of ruff about loops that a built-in does faster."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category
from .ruff import RUFF, Remark, RuffTool, Verdict

RULES: Mapping[str, Verdict] = {
    "PERF101": Verdict("info", 0.8, "A list is built only to be looped over once", "Loop over it directly."),
    "PERF102": Verdict(
        "info", 0.9, "Keys and values are fetched, and one of them is thrown away", "Use keys() or values()."
    ),
    "PERF401": Verdict(
        "info", 0.8, "The loop builds a list item by item", "Write a list comprehension, which is faster."
    ),
    "PERF402": Verdict("info", 0.8, "The loop copies a list item by item", "Write list(…)."),
    "PERF403": Verdict(
        "info", 0.8, "The loop builds a dictionary item by item", "Write a dictionary comprehension."
    ),
}


class PerformanceLintTool(RuffTool):
    """Small gains that are certain; PERF203 is left out, since a try costs nothing from Python 3.11 on."""

    version = f"1+ruff{RUFF}"
    select = ("PERF",)
    ignore = ("PERF203",)
    category = Category.PERFORMANCE.value
    about = ToolProfile(
        name="ruff-performance",
        title="slow idioms (ruff)",
        categories=frozenset({Category.PERFORMANCE}),
        languages=frozenset({"python"}),
    )

    def judge(self, remark: Remark) -> Verdict | None:
        """Tests may be as slow as they like."""
        return None if remark.is_test else RULES.get(remark.code)
