"""Which tier does which kind of work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from .tier import ModelTier


class TaskType(StrEnum):
    """A kind of work that a model is called for."""

    SUMMARIZE = "summarize"
    CLASSIFY = "classify"
    TRIAGE = "triage"
    MATCH_PATTERN = "match_pattern"
    EXTRACT_TOPICS = "extract_topics"
    LINT_CHECK = "lint_check"
    FORMAT_CODE = "format_code"
    SIMPLE_QA = "simple_qa"
    SIMPLE_COMPLETION = "simple_completion"
    CATEGORIZE = "categorize"
    CODE_GENERATION = "code_generation"
    FIX_BUG = "fix_bug"
    REVIEW_SECURITY = "review_security"
    ANALYZE_PERFORMANCE = "analyze_performance"
    WRITE_TESTS = "write_tests"
    REFACTOR = "refactor"
    EXPLAIN_CODE = "explain_code"
    DOCUMENT_CODE = "document_code"
    ANALYZE_ERROR = "analyze_error"
    SUGGEST_FIX = "suggest_fix"
    COORDINATE = "coordinate"
    SYNTHESIZE_RESULTS = "synthesize_results"
    ARCHITECTURAL_DECISION = "architectural_decision"
    NOVEL_PROBLEM = "novel_problem"
    FINAL_REVIEW = "final_review"
    COMPLEX_REASONING = "complex_reasoning"
    MULTI_STEP_PLANNING = "multi_step_planning"
    CRITICAL_DECISION = "critical_decision"

    @property
    def words(self) -> str:
        """The kind of work as people write it."""
        return self.value.replace("_", " ")


_ALL = tuple(TaskType)
TASK_TIERS: Mapping[TaskType, ModelTier] = MappingProxyType(
    dict.fromkeys(_ALL[:10], ModelTier.CHEAP)
    | dict.fromkeys(_ALL[10:20], ModelTier.CAPABLE)
    | dict.fromkeys(_ALL[20:], ModelTier.PREMIUM)
)
NAMED: Mapping[str, TaskType] = MappingProxyType(
    {task.value: task for task in _ALL} | {"generate_code": TaskType.CODE_GENERATION}
)
NO_OVERRIDES: Mapping[TaskType, ModelTier] = MappingProxyType({})
UNKNOWN_WORK = ModelTier.CAPABLE
_GAP = re.compile(r"[-\s_]+")
_BRITISH = re.compile(r"(?<=[a-z]{3})([iy])se(?=_|$)")
MOST_NAMED = max(name.count("_") + 1 for name in NAMED)
"""Words that a kind of work has at most."""


def task_type(task: TaskType | str) -> TaskType | None:
    """The kind of work that `task` names, whatever its case, dashes and spaces; None when it names none.

    British spelling is understood: "summarise", "analyse error".
    """
    key = _GAP.sub("_", task.strip().lower())
    return NAMED.get(key) or NAMED.get(_BRITISH.sub(r"\1ze", key))


def leading_task(text: str) -> tuple[TaskType, int] | None:
    """The kind of work that a text begins with ("summarise the log"), and in how many words it says so."""
    words = _GAP.sub(" ", text).split(maxsplit=MOST_NAMED)
    for many in range(min(MOST_NAMED, len(words)), 0, -1):
        found = task_type(" ".join(words[:many]).rstrip(",.:;!?"))
        if found is not None:
            return found, many
    return None


def tier_for(task: TaskType | str, overrides: Mapping[TaskType, ModelTier] = NO_OVERRIDES) -> ModelTier:
    """The tier that does `task`, the user's `overrides` first; what nobody knows is work for `capable`."""
    known = task_type(task)
    if known is None:
        return UNKNOWN_WORK
    return overrides.get(known, TASK_TIERS[known])
