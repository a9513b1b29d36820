"""Two agents, one that writes and one that reviews, until the review is good enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...domain.errors import BudgetExceeded, ModelFailure, MusterError
from ...domain.generation.calls import ModelCall
from ...domain.generation.code import GeneratedCode, GenerationRequest
from ...domain.generation.result import GenerationResult, GenerationStatus, Round
from ...domain.models.exchange import CallContext
from ...domain.ports.language_model import LanguageModel
from .code_generator import CodeGenerator, GeneratorOptions
from .code_reviewer import CodeReviewer
from .code_words import refine_wish
from .model_calls import refuse_without_judgement

THRESHOLD = 7.0
WRITER, REVIEWER = "code-generator", "code-reviewer"


@dataclass(frozen=True, slots=True)
class Pair:
    """Who writes and who reviews."""

    writer: LanguageModel
    reviewer: LanguageModel


@dataclass(frozen=True, slots=True)
class TeamOptions:
    """When it is good enough: an overall score of `threshold`, reached within so many `rounds`."""

    threshold: float = THRESHOLD
    rounds: int = 3
    generator: GeneratorOptions = field(default_factory=GeneratorOptions)


Told = Callable[[str], None]
"""Is told, in a few words, what happens next."""


def untold(_words: str) -> None:
    """Take words that nobody waits for."""


class MultiAgentOrchestrator:
    """Generate, review, refine.

    - Only sound code is reviewed; code that stays broken after its repairs ends the work.
    - A review, a revision or a budget that fails keeps the best code until then: the result is partial and says why.
    - The best version is the sound one with the best review, not the last one.
    - Writer and reviewer may be different models. Each call is counted once.
    """

    def __init__(self, generator: CodeGenerator, reviewer: CodeReviewer) -> None:
        self._generator = generator
        self._reviewer = reviewer

    async def run(
        self,
        request: GenerationRequest,
        pair: Pair,
        options: TeamOptions | None = None,
        context: CallContext | None = None,
        told: Told = untold,
    ) -> GenerationResult:
        """The best code for `request`; raises UserError, and what kept the very first version from being written."""
        refuse_without_judgement([pair.writer, pair.reviewer])
        work = _Work(request, pair, options or TeamOptions(), context or CallContext(), told)
        told("writing the code")
        code = await self._generator.generate(
            pair.writer, request, work.options.generator, work.context_of(WRITER)
        )
        work.take(code)
        return await self._improved(work, code)

    async def _improved(self, work: _Work, code: GeneratedCode) -> GenerationResult:
        """Review and refine `code` until it passes, the rounds end, or something fails."""
        while True:
            if not code.sound:
                return work.broken(code)
            error = await self._reviewed(work, code)
            if error is not None:
                return work.ended(GenerationStatus.PARTIAL, f"there is no review: {error}")
            review = work.rounds[-1].review
            if review is not None and review.passes(work.options.threshold):
                return work.ended(GenerationStatus.PASSED)
            if len(work.rounds) >= work.options.rounds:
                return work.ended(GenerationStatus.BELOW, work.why_below())
            try:
                code = await self._refined(work, code)
            except (ModelFailure, BudgetExceeded) as failure:
                work.calls += _calls_in(failure)
                return work.ended(GenerationStatus.PARTIAL, f"the revision failed: {failure}")

    async def _reviewed(self, work: _Work, code: GeneratedCode) -> MusterError | None:
        work.told(f"reviewing it (round {len(work.rounds)} of {work.options.rounds})")
        context = work.context_of(REVIEWER)
        reviewed = await self._reviewer.review(work.pair.reviewer, work.request, code, context)
        work.calls += reviewed.calls
        work.rounds[-1] = replace(work.rounds[-1], review=reviewed.review)
        return reviewed.error

    async def _refined(self, work: _Work, code: GeneratedCode) -> GeneratedCode:
        review = work.rounds[-1].review
        if review is None:
            return code
        work.told(f"revising it: the review gave {review.overall:g} of 10")
        wish = refine_wish(review, work.options.threshold)
        revised = await self._generator.refine(
            work.pair.writer, work.request, code, wish, work.options.generator, work.context_of(WRITER)
        )
        work.take(revised)
        return revised


@dataclass(slots=True)
class _Work:
    """One request, and what has come of it until now."""

    request: GenerationRequest
    pair: Pair
    options: TeamOptions
    context: CallContext
    told: Told
    rounds: list[Round] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)

    def context_of(self, agent: str) -> CallContext:
        """Who pays, and who calls."""
        return replace(self.context, agent=agent)

    def take(self, code: GeneratedCode) -> None:
        """Begin a round with a new version."""
        self.rounds.append(Round(code))
        self.calls += code.calls

    def broken(self, code: GeneratedCode) -> GenerationResult:
        """The end with code that nobody could get to work; an earlier version that works is kept instead."""
        what = code.stopped or code.problems[0].splitlines()[0]
        if len(self.rounds) == 1:
            return self.ended(GenerationStatus.BROKEN, f"the code does not work: {what}")
        return self.ended(
            GenerationStatus.PARTIAL,
            f"the last revision does not work ({what}); the best one before it is kept",
        )

    def why_below(self) -> str:
        """What the best review lacks."""
        best = self._best().review
        if best is None:
            return ""
        if best.overall >= self.options.threshold:
            return (
                f"{best.critical} critical issue{'' if best.critical == 1 else 's'} left after the last round"
            )
        many = f"{len(self.rounds)} round{'' if len(self.rounds) == 1 else 's'}"
        return f"the best review in {many} gave {best.overall:g} of 10, and {self.options.threshold:g} was wanted"

    def ended(self, status: GenerationStatus, reason: str = "") -> GenerationResult:
        """The result, with the best version there is."""
        best = self._best()
        return GenerationResult(
            status, best.code, best.review, tuple(self.rounds), tuple(self.calls),
            self.options.threshold, reason, self.context.run_id,
        )  # fmt: skip

    def _best(self) -> Round:
        """Sound before broken, then passing, then the better review; the later of two that are as good."""

        def worth(numbered: tuple[int, Round]) -> tuple[bool, bool, float, int]:
            number, one = numbered
            review = one.review
            passes = review is not None and review.passes(self.options.threshold)
            return (one.code.sound, passes, -1.0 if review is None else review.overall, number)

        return max(enumerate(self.rounds), key=worth)[1]


def _calls_in(failure: MusterError) -> tuple[ModelCall, ...]:
    calls = failure.details.get("calls", ())
    return calls if isinstance(calls, tuple) else ()
