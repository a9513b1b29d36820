"""Have code written, reviewed and refined."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from ...domain.budget.limits import BudgetLimits
from ...domain.errors import InvalidTask, UserError
from ...domain.generation.code import PYTHON, GenerationRequest
from ...domain.generation.result import GenerationResult
from ...domain.models.exchange import CallContext
from ...domain.ports.ids import Ids
from ...domain.ports.language_model import LanguageModel
from ..orchestrators.code_generator import GeneratorOptions
from ..orchestrators.model_calls import refuse_without_judgement
from ..orchestrators.multi_agent import THRESHOLD, MultiAgentOrchestrator, Pair, TeamOptions, Told, untold
from ..services.chat_budget import Purse


@dataclass(frozen=True, slots=True)
class GenerateCodeRequest:
    """What shall be written, by whom, and when it is good enough.

    `model` and `reviewer_model` are names as `--model` takes them, "" for the one that is set; without a reviewer of
    its own the writer's model reviews. `budget` bounds all calls together; `accounts` are names of open budgets that
    pay too.
    """

    wanted: GenerationRequest
    model: str = ""
    reviewer_model: str = ""
    threshold: float = THRESHOLD
    rounds: int = 3
    run_tests: bool = True
    budget: BudgetLimits = field(default_factory=BudgetLimits)
    accounts: tuple[str, ...] = ()


class GenerateCode:
    """Writes nothing to any workspace: the result carries the files.

    - A task without words, a threshold beyond 0 to 10, fewer than one round are refused; so is a model that only
      arranges evidence, before anybody is asked.
    - All calls together never spend more than the budget; what is there when it ends is kept, and is partial.
    """

    def __init__(
        self,
        model_named: Callable[[str], LanguageModel],
        ids: Ids,
        team: MultiAgentOrchestrator,
        purse: Purse,
        default_model: str,
    ) -> None:
        self._model_named = model_named
        self._ids = ids
        self._team = team
        self._purse = purse
        self._default = default_model

    async def execute(self, request: GenerateCodeRequest, told: Told = untold) -> GenerationResult:
        """The best code that came of it; `told` hears what happens next.

        Raises UserError, ConfigurationError, and what kept the very first version from being written.
        """
        wanted = _checked(request)
        writer = self._model_named(request.model or self._default)
        reviewer = self._model_named(request.reviewer_model) if request.reviewer_model else writer
        refuse_without_judgement([writer, reviewer])
        options = TeamOptions(
            request.threshold, request.rounds, GeneratorOptions(run_tests=request.run_tests)
        )
        run_id = self._ids.new("generate")
        allowed = self._purse.allowed(request.budget)
        with self._purse.opened(run_id, allowed, request.accounts) as accounts:
            context = CallContext(run_id, accounts=accounts)
            return await self._team.run(wanted, Pair(writer, reviewer), options, context, told)


def _checked(request: GenerateCodeRequest) -> GenerationRequest:
    """What is wanted, with its language in lower case; raises UserError for what cannot be meant."""
    wanted = request.wanted
    if not wanted.task.strip():
        raise InvalidTask("the task is empty", hint="say what shall be written")
    if not (math.isfinite(request.threshold) and 0 <= request.threshold <= 10):
        raise UserError(
            f"the threshold {request.threshold:g} is no score", code="threshold", hint="a number from 0 to 10"
        )
    if request.rounds < 1:
        raise UserError(f"{request.rounds} rounds are none", code="rounds", hint="at least 1")
    language = wanted.language.strip().lower() or PYTHON
    return GenerationRequest(
        wanted.task, language, wanted.requirements, wanted.constraints, dict(wanted.context_files)
    )
