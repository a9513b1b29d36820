"""Code written and reviewed by the real SDKs over HTTP, its tests really run, its evidence really gathered."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from muster.application.use_cases.generate_code import GenerateCode, GenerateCodeRequest
from muster.container import Container, close_container, close_models, open_container, writing
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import InvalidTask, UserError
from muster.domain.generation.code import GenerationRequest
from muster.domain.generation.result import GenerationResult, GenerationStatus
from muster.domain.ledger.entry import LedgerQuery
from muster.domain.models.usage import Usage
from muster.domain.sandbox.suite import Outcome
from tests.fakes.provider_http import Received
from tests.fakes.provider_script import Step, say, status
from tests.fakes.provider_server import ProviderServer
from tests.unit.application.orchestrators.written import CODE, code_text, issue, review_text

WRONG = {"add.py": "def add(a, b, seen=[]):\n    return a - b\n"}
SOUND = {"add.py": "def add(a, b, seen=[]):\n    return a + b\n"}
WANTED = GenerationRequest("Add two numbers.", requirements=("takes integers",))
WRITE, REVIEW = Usage(input=1000, output=200), Usage(input=2000, output=100)


def code(text: str) -> Step:
    """An answer of the writer."""
    return say(text, usage=WRITE)


def review(text: str) -> Step:
    """An answer of the reviewer."""
    return say(text, usage=REVIEW)


class Works:
    """The use case in a container whose providers are the server, as the command line has it."""

    def __init__(self, container: Container, server: ProviderServer) -> None:
        self.container, self.server = container, server
        team = writing.multi_agent(
            writing.sandbox(), writing.code_evidence(container.evidence_tools(), container.masker())
        )
        self.use_case: GenerateCode = writing.generate_code(
            container.model_named(), container.ids(), team, container.budgets(), container.loaded()
        )
        self.told: list[str] = []

    async def __call__(self, wanted: GenerationRequest = WANTED, **fields: object) -> GenerationResult:
        """Have something written."""
        request = GenerateCodeRequest(wanted, **{"reviewer_model": "anthropic", **fields})  # type: ignore[arg-type]
        return await self.use_case.execute(request, self.told.append)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Path and words of what each model was sent."""
        return [(one.path, words_of(one)) for one in self.server.calls]

    async def paid(self, run_id: str) -> tuple[int, Decimal]:
        """Attempts and dollars as the ledger has them."""
        entries = await self.container.ledger().entries(LedgerQuery(run_id=run_id))
        costs = [entry.attempt.cost for entry in entries]
        assert None not in costs
        return len(entries), sum((cost or Decimal(0) for cost in costs), Decimal(0))


def words_of(request: Received) -> str:
    """Everything in a body that is text, its escapes undone."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk({name: request.body.get(name) for name in ("system", "instructions", "input", "messages")})
    return "\n".join(found)


@asynccontextmanager
async def works(folder: Path, **settings: object) -> AsyncIterator[Works]:
    """A house whose OpenAI and Anthropic are one scripted server."""
    async with ProviderServer() as server:
        given = {
            "data_dir": str(folder / "data"),
            "model": "openai",
            "retries": 1,
            "providers": {"openai": {"url": f"{server.url}/v1"}, "anthropic": {"url": server.url}},
            **settings,
        }
        keys = {"OPENAI_API_KEY": "sk-test-not-a-key", "ANTHROPIC_API_KEY": "sk-test-not-a-key"}
        container = open_container(str(folder), given, keys)
        try:
            yield Works(container, server)
        finally:
            await close_models(container)
            close_container(container)


@pytest.mark.slow
async def test_a_bug_is_caught_by_its_test_and_a_smell_by_a_tool_before_anybody_scores(
    tmp_path: Path,
) -> None:
    """Round by round: the failing test's words go back, the reviewer reads ruff's finding, its issue goes back.

    What the result says was spent is what the ledger has, attempt by attempt.
    """
    async with works(tmp_path) as have:
        have.server.play(
            code(code_text(WRONG)),
            code(code_text(SOUND)),
            code(code_text(summary="Final.")),
            on="/v1/responses",
        )
        have.server.play(review(review_text(5, [issue()])), review(review_text(8.5)), on="/v1/messages")
        result = await have()
        attempts, dollars = await have.paid(result.run_id)

    writer, reviewer = "/v1/responses", "/v1/messages"
    assert [path for path, _ in have.sent] == [writer, writer, reviewer, writer, reviewer]
    (_, task), (_, repair), (_, first_look), (_, refine), (_, second_look) = have.sent
    assert "Add two numbers." in task
    assert "takes integers" in task
    assert "test_add.py::test_add: failed" in repair
    assert "assert -1 == 3" in repair
    assert "return a - b" in repair
    assert "B006" in first_look
    assert "add.py:1" in first_look
    assert "1 passed, 0 failed" in first_look
    assert "complexity" in first_look
    assert "medium, add.py:1: it is odd" in refine
    assert "B006" not in second_look

    assert (result.status, result.code.summary) == (GenerationStatus.PASSED, "Final.")
    assert {file.path: file.text for file in result.code.files} == CODE
    assert result.code.suite is not None
    assert result.code.suite.count(Outcome.PASSED) == 1
    assert result.review is not None
    assert (result.review.overall, result.review.model.partition("/")[0]) == (8.5, "anthropic")
    sums = result.statistics
    assert (sums.calls, sums.attempts, sums.successes) == (5, attempts, 5) == (5, 5, 5)
    assert sums.usage.total == 3 * WRITE.total + 2 * REVIEW.total
    assert sums.cost == dollars > 0
    assert [path.name for path in tmp_path.iterdir()] == ["data"]  # noqa: ASYNC240 - nothing was written
    assert len(have.told) == 4


async def test_form_and_paths_are_asked_for_on_both_wires(tmp_path: Path) -> None:
    """Both providers are sent the schema of the answer, strictly closed."""
    async with works(tmp_path) as have:
        have.server.play(code(code_text()), on="/v1/responses")
        have.server.play(review(review_text()), on="/v1/messages")
        await have()
        bodies = [one.body for one in have.server.calls]
    assert '"dependencies"' in json.dumps(bodies[0])
    assert '"strict": true' in json.dumps(bodies[0])
    assert '"efficiency"' in json.dumps(bodies[1])


async def test_a_reviewer_that_cannot_review_leaves_code_without_a_score(tmp_path: Path) -> None:
    """Prose twice is no review; both answers are paid for, and the result is partial."""
    async with works(tmp_path) as have:
        have.server.play(code(code_text()), on="/v1/responses")
        have.server.play(review("Nice. 10 of 10!"), on="/v1/messages")
        result = await have()
        attempts, dollars = await have.paid(result.run_id)
    assert (result.status, result.review) == (GenerationStatus.PARTIAL, None)
    assert (result.statistics.calls, result.statistics.attempts, attempts) == (2, 3, 3)
    assert result.statistics.cost == dollars
    assert "there is no review" in result.reason


async def test_a_budget_that_ends_keeps_what_there_is(tmp_path: Path) -> None:
    """Two calls are allowed: code and review are there, the revision is not made, and nothing more is spent."""
    async with works(tmp_path) as have:
        have.server.play(code(code_text(summary="First.")), on="/v1/responses")
        have.server.play(review(review_text(4)), on="/v1/messages")
        result = await have(budget=BudgetLimits(calls=2))
    assert len(have.server.calls) == 2
    assert (result.status, result.code.summary) == (GenerationStatus.PARTIAL, "First.")
    assert result.review is not None
    assert result.statistics.failures == 1


async def test_a_server_that_fails_once_is_asked_again_and_counted_once(tmp_path: Path) -> None:
    """One request of ours, two attempts at the provider."""
    async with works(tmp_path, retries=2) as have:
        have.server.play(status(500), code(code_text()), on="/v1/responses")
        have.server.play(review(review_text()), on="/v1/messages")
        result = await have()
        attempts, dollars = await have.paid(result.run_id)
    sums = result.statistics
    assert (sums.calls, sums.attempts, attempts) == (2, 3, 3)
    assert (result.status, sums.cost) == (GenerationStatus.PASSED, dollars)


async def test_without_a_reviewer_of_its_own_the_writer_s_model_reviews(tmp_path: Path) -> None:
    """And a `model` of the request comes before that of the settings."""
    async with works(tmp_path) as have:
        have.server.play(code(code_text()), review(review_text()), on="/v1/messages")
        result = await have(model="anthropic", reviewer_model="")
    assert [path for path, _ in have.sent] == ["/v1/messages"] * 2
    assert result.status is GenerationStatus.PASSED


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"model": "offline"}, UserError, "a model which writes is needed"),
        ({"reviewer_model": "offline"}, UserError, "a model which writes is needed"),
        ({"threshold": 11.0}, UserError, "no score"),
        ({"threshold": float("nan")}, UserError, "no score"),
        ({"rounds": 0}, UserError, "are none"),
        ({"wanted": GenerationRequest(" \n")}, InvalidTask, "empty"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    tmp_path: Path, fields: dict[str, object], error: type[UserError], words: str
) -> None:
    """It costs nothing."""
    async with works(tmp_path) as have:
        with pytest.raises(error, match=words):
            await have(**fields)  # type: ignore[arg-type]
        assert have.server.received == []
