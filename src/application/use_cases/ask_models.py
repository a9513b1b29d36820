"""Ask several models the same question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...domain.budget.limits import BudgetLimits
from ...domain.chat.reply import Reply
from ...domain.errors import ErrorKind, ModelFailure, MusterError, UserError
from ...domain.models.exchange import ModelEvent
from ...domain.ports.ids import Ids
from ...domain.ports.language_model import LanguageModel
from ..services.chat_asking import Asking, ChatEngine, Question, Tell
from ..services.chat_models import judging


@dataclass(frozen=True, slots=True)
class AskRequest:
    """The question, who is asked (nobody in particular: the model of the settings), and what they are told to be.

    `budget` bounds all answers together; `accounts` are names of open budgets that they share with others.
    """

    question: str
    models: tuple[str, ...] = ()
    system: str = ""
    budget: BudgetLimits = field(default_factory=BudgetLimits)
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The reply of the model that was asked for by the name `asked`."""

    asked: str
    reply: Reply


Arrived = Callable[[int, ModelAnswer], None]
Heard = Callable[[int, ModelEvent], None]


def _unheard(_place: int, _what: object) -> None:
    """Take what nobody waits for."""


class AskModels:
    """Asks all of them at once; answers are in the order of asking, and a failure is one of them.

    - A name that means nothing is refused before anybody is asked: a slip of the pen costs nothing.
    - A model that cannot be had (no key) or fails takes nothing from the others.
    - A model is only called when what the call may cost is left in the budget; the others still answer.
    - When cancelled, what has come is told by `arrived` before the cancellation goes on.
    """

    def __init__(
        self,
        model_named: Callable[[str], LanguageModel],
        ids: Ids,
        engine: ChatEngine,
        default_model: str,
    ) -> None:
        self._model_named = model_named
        self._ids = ids
        self._engine = engine
        self._default = default_model

    async def execute(
        self, request: AskRequest, arrived: Arrived = _unheard, heard: Heard = _unheard
    ) -> tuple[ModelAnswer, ...]:
        """One answer a model; `arrived` gets each with its place as soon as it is there, `heard` its events before.

        Raises UserError for a question without words, an unknown name or a budget that is no amount, and what
        stood in the way of the first model when none could be asked at all.
        """
        text = request.question.encode("utf-8", "replace").decode()
        if not text.strip():
            raise UserError("there is nothing to ask", code="question", hint="write a question")
        names = request.models or (self._default,)
        models = [self._find(name) for name in names]
        missing = [model for model in models if isinstance(model, MusterError)]
        if len(missing) == len(models):
            raise missing[0]
        run_id, purse = self._ids.new("ask"), self._engine.purse
        with purse.opened(run_id, purse.allowed(request.budget), request.accounts) as accounts:
            question = Question(text, system=request.system, run_id=run_id, accounts=accounts)
            return await self._all(names, models, question, arrived, heard)

    def _find(self, name: str) -> LanguageModel | MusterError:
        try:
            return judging(self._model_named, name)
        except UserError:
            raise
        except MusterError as error:
            return error

    async def _all(
        self,
        names: Sequence[str],
        models: Sequence[LanguageModel | MusterError],
        question: Question,
        arrived: Arrived,
        heard: Heard,
    ) -> tuple[ModelAnswer, ...]:
        async def one(place: int, name: str, model: LanguageModel | MusterError) -> ModelAnswer:
            if isinstance(model, MusterError):
                answer = ModelAnswer(name, _not_asked(name, model))
            else:
                asking = self._engine.ask(model, question, hearing(place))
                answer = ModelAnswer(name, await _asked(asking, told(place, name)))
            arrived(place, answer)
            return answer

        def hearing(place: int) -> Tell:
            return lambda event: heard(place, event)

        def told(place: int, name: str) -> Callable[[Reply], None]:
            return lambda reply: arrived(place, ModelAnswer(name, reply))

        async with asyncio.TaskGroup() as tasks:
            asked = [
                tasks.create_task(one(place, name, model))
                for place, (name, model) in enumerate(zip(names, models, strict=True))
            ]
        return tuple(task.result() for task in asked)


async def _asked(asking: Asking, cut_off: Callable[[Reply], None]) -> Reply:
    try:
        return await asking.run()
    except asyncio.CancelledError as error:
        cut_off(asking.cut_off(error))
        raise


def _not_asked(name: str, error: MusterError) -> Reply:
    """What stands in the place of an answer of a model that could not be had."""
    kind = error.kind if isinstance(error, ModelFailure) else ErrorKind.UNKNOWN
    return Reply("", name, error=str(error), kind=kind, code=error.code)
