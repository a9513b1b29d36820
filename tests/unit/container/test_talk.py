"""Questions as they are wired: budgets of the settings and of a command hold in the whole stack of a call."""

from __future__ import annotations

from pathlib import Path

from muster.application.use_cases.ask_models import AskRequest
from muster.container import close_container, talk
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ErrorKind, ModelFailure
from tests.fakes.scripted_model import saying

from .houses import House


def house_asking(folder: Path, **settings: object) -> House:
    """Two models, one of which has no time for anybody."""
    away = ModelFailure("house/large is overloaded", kind=ErrorKind.OVERLOADED)
    given = {"retries": 0, "fallback": ["other"], **settings}
    return House(folder, {"house/large": [away], "other/large": saying("Because.")}, given)


async def ask(house: House, *models: str, budget: BudgetLimits = BudgetLimits()) -> list[ErrorKind | None]:  # noqa: B008 - frozen
    """Ask these models; how each answer ended."""
    box = house.container
    engine = talk.chat_engine(
        box.counter(),
        box.clock(),
        box.event_bus(),
        box.counter_for(),
        box.budgets(),
        box.loaded(),
        box.stack(),
    )
    asking = talk.ask_models(box.model_named(), box.ids(), engine)
    answers = await asking.execute(AskRequest("Why?", models, budget=budget))
    for answer in answers:
        if answer.reply.ok and answer.asked == "house":
            assert (answer.reply.model, answer.reply.instead_of) == ("other/large", "house/large")
            assert answer.reply.because is ErrorKind.OVERLOADED
        else:
            assert (answer.reply.instead_of, answer.reply.because) == ("", None)
    return [answer.reply.kind for answer in answers]


async def test_who_was_asked_and_answers_stands_in_for_nobody(tmp_path: Path) -> None:
    """Beside one for whom it does."""
    house = house_asking(tmp_path)
    try:
        assert await ask(house, "other", "house") == [None, None]
    finally:
        close_container(house.container)


async def test_every_attempt_counts_against_the_budget_of_the_settings(tmp_path: Path) -> None:
    """The call that failed too: nothing is left for the second answer; a limit of the question's own wins."""
    house = house_asking(tmp_path, budget={"calls": 2})
    try:
        assert await ask(house, "house") == [None]
        assert house.calls() == {"house/large": 1, "other/large": 1}
        assert await ask(house, "house", budget=BudgetLimits(calls=1)) != [None]
        assert house.calls() == {"house/large": 2, "other/large": 1}
    finally:
        close_container(house.container)
