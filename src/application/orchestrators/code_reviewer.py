"""Has a model review code, with what tools found in it before its eyes."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import MusterError
from ...domain.evidence.report import EvidenceReport
from ...domain.generation.calls import ModelCall
from ...domain.generation.code import GeneratedCode, GenerationRequest
from ...domain.generation.review import Review
from ...domain.models.exchange import CallContext
from ...domain.ports.code_evidence import CodeEvidence
from ...domain.ports.language_model import LanguageModel
from .model_calls import Answered, Ask, ask_model, refuse_without_judgement
from .review_words import REVIEWER, SaidReview, checked_issues, review_messages


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review, or the error that stands in its place; `evidence` and `calls` are there either way."""

    review: Review | None
    evidence: tuple[EvidenceReport, ...]
    calls: tuple[ModelCall, ...]
    error: MusterError | None = None


class CodeReviewer:
    """Scores, issues and recommendations.

    - Tools look first, at no cost; the reviewer is shown what they found.
    - A review in another form, or with a score out of range, goes back once; then there is none. No score is made up.
    - Issues at places that do not exist are dropped, and counted.
    """

    def __init__(self, evidence: CodeEvidence) -> None:
        self._evidence = evidence

    async def review(
        self,
        model: LanguageModel,
        request: GenerationRequest,
        code: GeneratedCode,
        context: CallContext | None = None,
    ) -> Reviewed:
        """The review of `code`, or why there is none; raises UserError for a model that does not judge."""
        refuse_without_judgement([model])
        evidence = await self._evidence.look_at({file.path: file.text for file in code.all_files})
        answered = await self._ask(model, request, code, evidence, context or CallContext())
        calls = (answered.call,)
        if answered.value is None:
            return Reviewed(None, evidence, calls, answered.error)
        said = answered.value
        issues, dropped = checked_issues(said.issues, code)
        review = Review(
            said.scores.by_criterion(), issues, tuple(said.recommendations), said.summary,
            answered.call.model, dropped, evidence, calls,
        )  # fmt: skip
        return Reviewed(review, evidence, calls)

    async def _ask(
        self,
        model: LanguageModel,
        request: GenerationRequest,
        code: GeneratedCode,
        evidence: tuple[EvidenceReport, ...],
        context: CallContext,
    ) -> Answered[SaidReview]:
        """Ask the model for a review; the one place where that is done."""
        ask = Ask("review", REVIEWER, review_messages(request, code, evidence), SaidReview)
        return await ask_model(model, ask, context)
