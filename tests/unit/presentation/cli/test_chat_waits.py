"""What is said while `chat` and `ask` wait, when another model answers, and when there is no more to spend."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ConfigurationError, ErrorKind, ModelFailure
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import AnswerRestarted, AttemptEnded, ModelEvent, ModelRequest, TextDelta
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from muster.presentation.cli import chat_waits
from muster.presentation.cli.chat_waits import Waits
from tests.fakes.chat_house import ChatHouse
from tests.fakes.scripted_model import ScriptedModel, Step, model_info, saying

from .conftest import Answer, Muster
from .house import House

Say = Callable[..., Answer]
LIMITED = AttemptEnded(Attempt("fake", "fake/scripted", ModelTier.CAPABLE, ErrorKind.RATE_LIMIT))
STANDS_IN = AttemptEnded(Attempt("other", "other/one", ModelTier.CAPABLE, fallback=True))
TRYING = "muster: fake/scripted: rate limit; still trying"


class Patient(ScriptedModel):
    """Is limited, waits for longer than people like to, and then plays its script."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer, late."""
        yield LIMITED
        await asyncio.sleep(chat_waits.SOON + 0.1)
        async for event in super().stream(request):
            yield event


def furnished(
    house: House, usual: BudgetLimits | None = None, **models: LanguageModel | Exception
) -> ChatHouse:
    """The house with chat use cases over these models."""
    chat = ChatHouse(models, usual=usual)
    cases = cast("dict[str, Any]", house.others)
    cases["chat_interaction"] = chat.chat_interaction()
    cases["ask_models"] = chat.ask_models()
    return chat


@pytest.fixture
def say(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Pipe lines into `muster chat` with these arguments."""

    def piped(text: str, *args: str) -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        return muster("chat", *args)

    return piped


def test_a_wait_is_told_on_stderr(
    say: Say, muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In chat and ask, once, before the answer; not to who wants to hear nothing."""
    monkeypatch.setattr(chat_waits, "SOON", 0.1)
    furnished(house, a=Patient(saying("Hello.")))
    chatted = say("Hi\n")
    assert (chatted.code, chatted.out, chatted.err.splitlines()[0]) == (0, "Hello.\n", TRYING)
    assert chatted.err.count("still trying") == 1
    assert muster("ask", "Why?").err.splitlines()[0] == TRYING
    assert "still trying" not in say("Hi\n", "--quiet").err + muster("ask", "Why?", "--quiet").err


def test_a_call_that_fails_for_good_is_not_said_to_be_tried_again(
    say: Say, muster: Muster, house: House
) -> None:
    """What went wrong is told, and told once."""
    failure = ModelFailure("fake/scripted went away", kind=ErrorKind.RATE_LIMIT)
    furnished(house, a=ScriptedModel([LIMITED, failure]))
    chatted, asked = say("Hi\n"), muster("ask", "Why?")
    assert "still trying" not in chatted.err + asked.err
    assert chatted.err.count("went away") == 1
    assert (asked.err, asked.out.count("went away")) == ("a: rate limit, 0 ms\n", 1)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (AnswerRestarted("rate_limit"), True),
        (TextDelta("H"), False),
        (STANDS_IN, False),
    ],
)
async def test_a_wait_ends_with_the_next_sign_of_an_answer(
    after: ModelEvent, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """That an answer begins anew is none."""
    waits = Waits(quiet=False)
    waits.tell(LIMITED)
    waits.tell(after)
    await asyncio.sleep(chat_waits.SOON + 0.1)
    assert (capsys.readouterr().err == f"{TRYING}\n") is told


def test_who_stood_in_is_said(say: Say, muster: Muster, house: House) -> None:
    """In one line by chat; above the answer and in the table by ask."""
    steps: list[Step] = [LIMITED, *saying("Hello.")[:-1], STANDS_IN, saying("")[-1]]
    furnished(house, a=ScriptedModel(steps))
    chatted = say("Hi\n", "--quiet")
    assert (chatted.code, chatted.out) == (0, "Hello.\n")
    assert chatted.err == "muster: fake/scripted has answered in place of fake/scripted (rate limit)\n"
    asked = muster("ask", "Why?")
    assert "── fake/scripted in place of fake/scripted (rate limit) ──" in asked.out
    assert asked.out.endswith("answered (stood in for fake/scripted)\n")
    assert asked.err == "a: answered (stood in for fake/scripted), 0 ms\n"
    reply = muster("ask", "Why?", "--json").json["answers"][0]["reply"]
    assert (reply["instead_of"], reply["because"]) == ("fake/scripted", "rate_limit")


def test_a_model_without_a_key_is_said_to_have_none(muster: Muster, house: House) -> None:
    """Once in words, in the place of its answer, and with no time that it never took."""
    missing = ConfigurationError("a/b cannot be asked: A_KEY is not set", code="no-key")
    furnished(house, good=ScriptedModel(saying("Because.")), a=missing)
    answer = muster("ask", "Why?", "--models", "a,good")
    assert answer.code == 5
    assert answer.out.count("A_KEY is not set") == 1
    assert sorted(answer.err.splitlines()) == ["a: no key", "good: answered, 0 ms"]
    row = next(line for line in answer.out.splitlines() if line.endswith("no key"))
    assert row.split() == ["a", "–", "0", "0", "$0.00", "no", "key"]


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--max-calls", "1"), "0 of 1 are left"),
        (("--budget", "0.0164"), " usd, and "),
        (("--max-tokens", "8210"), "tokens"),
    ],
)
def test_a_conversation_keeps_to_its_budget(say: Say, house: House, flags: tuple[str, ...], why: str) -> None:
    """The second question is not sent; the first answer is there, and the exit code says that one is missing."""
    model = ScriptedModel(saying("Hello."))
    furnished(house, BudgetLimits(), a=model)
    answer = say("Hi\nAnd?\n", *flags)
    assert (answer.code, answer.out, len(model.requests)) == (5, "Hello.\n", 1), answer.err
    assert why in answer.err


@pytest.mark.parametrize("flags", [(), ("--max-calls", "3")])
def test_ask_keeps_to_its_budget(muster: Muster, house: House, flags: tuple[str, ...]) -> None:
    """That of the settings, unless the command line says otherwise."""
    model = ScriptedModel(saying("Hello."))
    furnished(house, BudgetLimits(calls=1), a=model, b=model)
    answer = muster("ask", "Why?", "--models", "a,b", *flags)
    assert (answer.code, len(model.requests)) == ((0, 2) if flags else (5, 1))
    assert ("budget\n" in answer.out) is not bool(flags)


def test_unpriced_models_must_be_allowed(muster: Muster, house: House) -> None:
    """Under a budget in dollars."""
    model = ScriptedModel(saying("Hello."), info=model_info(unpriced=True))
    furnished(house, BudgetLimits(), a=model)
    assert muster("ask", "Why?", "--budget", "1").code == 5
    assert muster("ask", "Why?", "--budget", "1", "--allow-unpriced").code == 0
    assert len(model.requests) == 1


def test_an_answer_has_no_more_than_its_seconds(say: Say, house: House) -> None:
    """The next one has them anew."""
    furnished(house, BudgetLimits(), a=ScriptedModel([asyncio.Event()], saying("Hello.")))
    answer = say("Hi\nAnd?\n", "--max-seconds", "0.1")
    assert (answer.code, answer.out) == (5, "Hello.\n")
    assert "its 0.1 seconds are over" in answer.err
