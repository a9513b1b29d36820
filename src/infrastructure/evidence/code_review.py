"""Code review: likely bugs by ruff; wider sets of rules are only counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category, Severity
from .code_review_rules import OTHER, RULES
from .ruff import RUFF, Remark, RuffTool, Verdict, tally

FINDINGS = ("F", "E9", "B", "PLE", "ASYNC")
COUNTED = {
    "lint.E": ("E4", "E7"),
    "lint.W": ("W2", "W6"),
    "lint.N": ("N8", "N9"),
    "lint.C90": ("C90",),
    "lint.SIM": ("SIM",),
    "lint.RUF": ("RUF0",),
}
IN_STUBS = frozenset({"F821", "F822"})
KNOWN_TO_THE_AUTHOR = ("type: ignore", "pyright: ignore", "pragma: no cover")


class CodeReviewTool(RuffTool):
    """What is wrong whatever the style; UP is left out because it depends on the oldest Python supported."""

    version = f"2+ruff{RUFF}"
    select = (*FINDINGS, *(prefix for prefixes in COUNTED.values() for prefix in prefixes))
    ignore = ("B905", "B911", "B912", "F405", "ASYNC109", "RUF001", "RUF002", "RUF003")
    category = Category.QUALITY.value
    counts_silenced = True
    about = ToolProfile(
        name="ruff",
        title="likely bugs (ruff)",
        categories=frozenset({Category.QUALITY}),
        languages=frozenset({"python"}),
    )

    @property
    def reported(self) -> Sequence[str]:
        """Only rules about bugs become findings."""
        return FINDINGS

    def counted(self, codes: Mapping[str, int]) -> Mapping[str, float]:
        """How often each wider set of rules spoke."""
        return tally(codes, COUNTED)

    def judge(self, remark: Remark) -> Verdict | None:
        """Tests and stubs are held to what is wrong in any code."""
        verdict = RULES.get(remark.code, OTHER)
        name = remark.path.rpartition("/")[2]
        if name.endswith(".pyi") and remark.code not in IN_STUBS:
            return None
        if name == "__init__.py" and remark.code in {"F401", "F403"}:
            return None  # a package's names for others
        if remark.code == "F401" and "find_spec" in remark.message:
            return None  # tried to see whether it is installed
        if remark.code == "F821" and any(mark in remark.quote for mark in KNOWN_TO_THE_AUTHOR):
            return verdict.but("low", 0.4)
        if remark.is_test:
            return verdict if Severity(verdict.severity).at_least(Severity.MEDIUM) else None
        return verdict
