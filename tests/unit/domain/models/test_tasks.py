"""Which tier does which kind of work."""

from __future__ import annotations

import pytest

from muster.domain.models.tasks import TASK_TIERS, TaskType, leading_task, task_type, tier_for
from muster.domain.models.tier import ModelTier

CHEAP = (
    "summarize classify triage match_pattern extract_topics lint_check format_code simple_qa "
    "simple_completion categorize"
)
CAPABLE = (
    "code_generation fix_bug review_security analyze_performance write_tests refactor explain_code "
    "document_code analyze_error suggest_fix"
)
PREMIUM = (
    "coordinate synthesize_results architectural_decision novel_problem final_review complex_reasoning "
    "multi_step_planning critical_decision"
)
TABLE = {
    name: tier
    for tier, named in zip(ModelTier, (CHEAP, CAPABLE, PREMIUM), strict=True)
    for name in named.split()
}


def test_every_kind_of_work_has_the_tier_of_the_table() -> None:
    """No more kinds and no fewer."""
    assert {task.value: tier for task, tier in TASK_TIERS.items()} == TABLE
    assert {task.value: tier_for(task) for task in TaskType} == TABLE


@pytest.mark.parametrize("written", ["fix_bug", "FIX_BUG", "Fix-Bug", " fix  bug ", "fix-_bug"])
def test_case_dashes_and_spaces_do_not_matter(written: str) -> None:
    """However people write it."""
    assert task_type(written) is TaskType.FIX_BUG


def test_generate_code_is_code_generation() -> None:
    """The one other name."""
    assert task_type("Generate Code") is TaskType.CODE_GENERATION


@pytest.mark.parametrize(
    ("written", "task"),
    [
        ("summarise", TaskType.SUMMARIZE),
        ("Categorise", TaskType.CATEGORIZE),
        ("analyse error", TaskType.ANALYZE_ERROR),
        ("synthesise-results", TaskType.SYNTHESIZE_RESULTS),
    ],
)
def test_british_spelling_is_understood(written: str, task: TaskType) -> None:
    """Both are English."""
    assert task_type(written) is task


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Summarise the log", (TaskType.SUMMARIZE, 1)),
        ("triage: what came in today", (TaskType.TRIAGE, 1)),
        ("Fix bug 17 in the queue", (TaskType.FIX_BUG, 2)),
        ("final review, please", (TaskType.FINAL_REVIEW, 2)),
        ("multi-step planning for the move", (TaskType.MULTI_STEP_PLANNING, 3)),
        ("a summary of the log", None),
        ("", None),
    ],
)
def test_a_text_may_begin_with_its_kind_of_work(text: str, found: tuple[TaskType, int] | None) -> None:
    """The most words that name one count."""
    assert leading_task(text) == found


@pytest.mark.parametrize("unknown", ["", "cook dinner", "fixbug", "__"])
def test_unknown_work_is_for_a_capable_model(unknown: str) -> None:
    """Neither the risk of the cheap one nor the price of the premium one."""
    assert task_type(unknown) is None
    assert tier_for(unknown) is ModelTier.CAPABLE


def test_the_user_has_the_last_word() -> None:
    """For the kinds that are named, under any spelling; the others stay."""
    own = {TaskType.CODE_GENERATION: ModelTier.PREMIUM}

    assert tier_for("generate-code", own) is ModelTier.PREMIUM
    assert tier_for(TaskType.SUMMARIZE, own) is ModelTier.CHEAP
