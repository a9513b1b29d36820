"""Code review: likely bugs by ruff; wider sets of rules are only counted."""

from __future__ import annotations

import re
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

ATTRIBUTE = re.compile(r"[\w.]*\w\.\w+")
"""A name with a dot and nothing else."""


class CodeReviewTool(RuffTool):
    """What is wrong whatever the style; UP is left out because it depends on the oldest Python supported."""

    version = f"3+ruff{RUFF}"
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
        verdict = _eased(remark, RULES.get(remark.code, OTHER))
        if remark.is_test and not Severity(verdict.severity).at_least(Severity.MEDIUM):
            return None
        return None if _is_habit(remark) else verdict


def _is_habit(remark: Remark) -> bool:
    """What is usual where it stands: stubs, the names of a package, an import that only tries."""
    name = remark.path.rpartition("/")[2]
    if name.endswith(".pyi") and remark.code not in IN_STUBS:
        return True
    if name == "__init__.py" and remark.code in {"F401", "F403"}:
        return True
    return remark.code == "F401" and "find_spec" in remark.message


def _eased(remark: Remark, verdict: Verdict) -> Verdict:
    """Less sure where the author says that he knows, or where reading a property may be what the line is for."""
    if remark.code == "F821" and any(mark in remark.quote for mark in KNOWN_TO_THE_AUTHOR):
        return verdict.but("low", 0.4)
    if remark.code == "B018" and ATTRIBUTE.fullmatch(remark.text):
        return verdict.but("info", 0.3)
    return verdict
