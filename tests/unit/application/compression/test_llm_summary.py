"""The summary that a model writes, and what happens when it does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.application.compression.compressor import SelectingCompressor
from muster.application.compression.extractive import Extractive
from muster.application.compression.llm_summary import LlmSummary
from muster.application.compression.registry import STRATEGIES, CompressorRegistry
from muster.domain.errors import ErrorKind, ModelFailure, UnknownName, UserError
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import (
    AnswerRestarted,
    AttemptEnded,
    Finished,
    FinishReason,
    TextDelta,
    UsageReported,
)
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

COUNTER = CharacterCounter()
TEXT = "The server restarts on Sunday. Coffee is out again. The log is kept for a year. " * 4


def summary(model: ScriptedModel) -> LlmSummary:
    fallback = SelectingCompressor(Extractive(), COUNTER, FakeClock())
    return LlmSummary(model, fallback, COUNTER, FakeClock())


async def test_the_model_is_told_the_limit_and_what_is_asked_and_its_words_are_taken() -> None:
    """At a temperature of 0, in one piece, with room for what it thinks; the text is marked as material."""
    model = ScriptedModel(saying("Restart: Sunday.", Usage(1000, 500)))

    result = await summary(model).compress(TEXT, 40, "when is the restart?")

    (request,) = model.requests
    assert "at most 40 tokens" in request.messages[0].content
    assert "when is the restart?" in request.messages[0].content
    assert request.messages[1].content == f"<text>\n{TEXT}\n</text>"
    assert (request.temperature, request.stream, request.max_output_tokens) == (0.0, False, 1064)
    assert (result.text, result.strategy, result.tokens) == ("Restart: Sunday.", "llm", 16)
    assert (result.rewritten, result.dropped, result.cost) == (True, (), Decimal("0.002"))


async def test_a_text_that_fits_costs_nothing() -> None:
    """The model is not asked; for no room at all neither."""
    model = ScriptedModel(saying("no"))

    assert (await summary(model).compress(TEXT, len(TEXT))).text is TEXT
    assert (await summary(model).compress(TEXT, 0)).text == ""
    assert model.requests == []


FAILED = ModelFailure("fake/scripted is overloaded", kind=ErrorKind.OVERLOADED, hint="wait")


@pytest.mark.parametrize(
    ("script", "note"),
    [
        (saying("x" * 61), "the model took 61 tokens of 60"),
        (saying("  \n"), "the model said nothing"),
        ([FAILED], "fake/scripted is overloaded"),
        ([TextDelta("half"), Finished(FinishReason.LENGTH, "m")], "the model did not finish (length)"),
        ([TextDelta("half")], "the model's answer broke off"),
    ],
)
async def test_when_the_model_fails_or_overshoots_sentences_are_chosen(script: list[Step], note: str) -> None:
    """The limit holds all the same, and the result says who did it and why."""
    result = await summary(ScriptedModel(script)).compress(TEXT, 60, "restart")

    assert (result.strategy, result.rewritten) == ("extractive", False)
    assert 0 < result.tokens <= 60
    assert note in result.note


async def test_what_failed_attempts_cost_is_kept() -> None:
    """Every attempt is in the sum, also when the fallback had to do it; what was said before a restart is void."""
    spent = Attempt("fake", "scripted", ModelTier.CHEAP, ErrorKind.INCOMPLETE, cost=Decimal("0.25"))
    paid = Attempt("fake", "scripted", ModelTier.CHEAP, cost=Decimal("0.50"))
    script: list[Step] = [
        TextDelta("void"), AttemptEnded(spent), AnswerRestarted("broke off"), TextDelta("Sunday."),
        UsageReported(Usage(1, 1)), AttemptEnded(paid), Finished(FinishReason.STOP, "m"),
    ]  # fmt: skip

    good = await summary(ScriptedModel(script)).compress(TEXT, 60)
    bad = await summary(ScriptedModel([AttemptEnded(spent), FAILED])).compress(TEXT, 60)

    assert (good.text, good.cost) == ("Sunday.", Decimal("0.75"))
    assert (bad.strategy, bad.cost) == ("extractive", Decimal("0.25"))


def test_strategies_are_known_by_name() -> None:
    """Six of them; `llm` needs a model."""
    registry = CompressorRegistry(COUNTER, FakeClock(), lambda: ScriptedModel(saying("x")))

    assert [registry.get(name).name for name in registry.names()] == list(STRATEGIES)
    assert registry.get().name == "auto"
    with pytest.raises(UserError, match="no language model is there to write a summary"):
        CompressorRegistry(COUNTER, FakeClock()).get("llm")


def test_an_unknown_strategy_is_an_error_that_names_the_known() -> None:
    """All of them: there are few."""
    with pytest.raises(UnknownName) as caught:
        CompressorRegistry(COUNTER, FakeClock()).get("zip")

    assert caught.value.message == "unknown compression strategy 'zip'"
    assert caught.value.hint == "known: truncation, keyword, extractive, skeleton, llm, auto"
