"""Generate, review, refine: when it ends, which version is kept, and that each call is counted once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.application.orchestrators.code_generator import CodeGenerator, GeneratorOptions
from muster.application.orchestrators.code_reviewer import CodeReviewer
from muster.application.orchestrators.multi_agent import MultiAgentOrchestrator, Pair, TeamOptions
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure, UserError
from muster.domain.generation.result import GenerationResult, GenerationStatus
from muster.domain.models.exchange import CallContext
from muster.domain.ports.language_model import LanguageModel
from muster.domain.sandbox.suite import SandboxResult
from muster.infrastructure.llm.offline import OfflineModel
from tests.fakes.builders import finding, report
from tests.fakes.sandbox import ScriptedEvidence, ScriptedSandbox, suite
from tests.fakes.token_counter import FakeTokenCounter
from tests.unit.application.orchestrators.written import (
    TASK,
    code_text,
    issue,
    model_saying,
    review_text,
    sent,
)

GONE = ModelFailure("the server is gone", kind=ErrorKind.SERVER)


async def run(
    writer: LanguageModel, reviewer: LanguageModel, *suites: SandboxResult, **options: float
) -> GenerationResult:
    """The result of a team."""
    team = MultiAgentOrchestrator(
        CodeGenerator(ScriptedSandbox(*suites)), CodeReviewer(ScriptedEvidence(report("ruff", finding())))
    )
    chosen = TeamOptions(
        options.get("threshold", 7.0),
        int(options.get("rounds", 3)),
        GeneratorOptions(repairs=int(options.get("repairs", 2))),
    )
    return await team.run(TASK, Pair(writer, reviewer), chosen, CallContext("run-1", accounts=("run-1",)))


async def test_what_passes_at_once_is_done_after_two_calls() -> None:
    """One writes, the other reviews; each under its name, both paid by the same account."""
    writer, reviewer = model_saying(code_text(), name="w"), model_saying(review_text(), name="r")
    result = await run(writer, reviewer)
    assert (result.status, result.reason, len(result.rounds)) == (GenerationStatus.PASSED, "", 1)
    assert (len(writer.requests), len(reviewer.requests)) == (1, 1)
    contexts = [writer.requests[0].context, reviewer.requests[0].context]
    assert [(one.agent, one.run_id, one.accounts) for one in contexts] == [
        ("code-generator", "run-1", ("run-1",)),
        ("code-reviewer", "run-1", ("run-1",)),
    ]
    sums = result.statistics
    assert (sums.calls, sums.successes, sums.usage.total, sums.cost) == (2, 2, 30, Decimal("0.00004"))


async def test_a_low_score_goes_back_with_its_issues_until_it_passes() -> None:
    """The writer reads score, issue and recommendation; the reviewer sees the new version."""
    writer = model_saying(code_text(summary="one"), code_text({"add.py": "add = sum\n"}, summary="two"))
    reviewer = model_saying(review_text(5, [issue()]), review_text(8))
    result = await run(writer, reviewer)
    assert (result.status, result.code.summary, len(result.rounds)) == (GenerationStatus.PASSED, "two", 2)
    wish = writer.requests[1].messages[-1].content
    assert "5 of 10" in wish
    assert "medium, add.py:1: it is odd" in wish
    assert "name it better" in wish
    assert "add = sum" in sent(reviewer.requests[1])
    assert [call.purpose for call in result.calls] == ["generate", "review", "refine", "review"]


async def test_rounds_end_and_the_best_version_is_kept() -> None:
    """Not the last one, when it is worse."""
    writer = model_saying(*(code_text(summary=name) for name in ("one", "two", "three")))
    reviewer = model_saying(review_text(5), review_text(6.5), review_text(4))
    result = await run(writer, reviewer)
    assert (result.status, result.code.summary) == (GenerationStatus.BELOW, "two")
    assert result.review is not None
    assert result.review.overall == 6.5
    assert "3 rounds gave 6.5 of 10, and 7 was wanted" in result.reason
    assert result.statistics.calls == 6


async def test_a_critical_issue_does_not_pass_whatever_the_score() -> None:
    """The reason names it."""
    result = await run(
        model_saying(code_text()), model_saying(review_text(9, [issue(severity="critical")])), rounds=1
    )
    assert (result.status, result.reason) == (
        GenerationStatus.BELOW,
        "1 critical issue left after the last round",
    )


@pytest.mark.parametrize("answer", ["no review at all", GONE, BudgetExceeded("nothing is left")])
async def test_a_review_that_fails_keeps_the_code_and_says_partial(answer: str | Exception) -> None:
    """The code is there, without a score."""
    result = await run(model_saying(code_text(summary="one")), model_saying(answer))
    assert (result.status, result.code.summary, result.review) == (GenerationStatus.PARTIAL, "one", None)
    assert result.reason.startswith("there is no review: ")
    assert (result.statistics.calls, result.statistics.failures) == (2, 1)


@pytest.mark.parametrize("error", [GONE, BudgetExceeded("nothing is left")])
async def test_a_revision_that_fails_keeps_what_was_reviewed(error: Exception) -> None:
    """With its review; the failed call is counted."""
    result = await run(model_saying(code_text(summary="one"), error), model_saying(review_text(5)))
    assert (result.status, result.code.summary) == (GenerationStatus.PARTIAL, "one")
    assert result.review is not None
    assert str(error) in result.reason
    assert [(call.purpose, call.ok) for call in result.calls] == [
        ("generate", True),
        ("review", True),
        ("refine", False),
    ]


async def test_code_that_stays_broken_is_not_reviewed() -> None:
    """A reviewer of what does not work would be paid for nothing."""
    reviewer = model_saying(review_text())
    result = await run(model_saying(code_text()), reviewer, suite(("test_add", "assert 1 == 2")))
    assert (result.status, reviewer.requests, result.review) == (GenerationStatus.BROKEN, [], None)
    assert "test_add" in result.reason
    assert [call.purpose for call in result.calls] == ["generate", "repair", "repair"]


async def test_a_revision_that_breaks_the_code_leaves_the_version_before() -> None:
    """It was reviewed, and it works."""
    writer = model_saying(code_text(summary="one"), code_text(summary="two"))
    result = await run(writer, model_saying(review_text(5)), suite(), suite(("test_add", "no")), repairs=0)
    assert (result.status, result.code.summary) == (GenerationStatus.PARTIAL, "one")
    assert result.code.sound
    assert "does not work" in result.reason
    assert len(result.rounds) == 2


async def test_the_very_first_failure_is_raised() -> None:
    """There is nothing to keep."""
    with pytest.raises(ModelFailure, match="gone"):
        await run(model_saying(GONE), model_saying(review_text()))


async def test_models_that_only_arrange_evidence_are_refused_before_anything_is_asked() -> None:
    """Neither the writer nor the reviewer may be one."""
    offline, other = OfflineModel(FakeTokenCounter()), model_saying(code_text())
    for pair in ((offline, other), (other, offline)):
        with pytest.raises(UserError, match="a model which writes is needed"):
            await run(*pair)
    assert other.requests == []
