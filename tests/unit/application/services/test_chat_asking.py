"""How one question of a conversation is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.models.metered import MeteredModel
from muster.application.services.chat_asking import ANSWER_TOKENS, ChatEngine, Question, chat_config
from muster.application.turns.budget import token_limit, window_of
from muster.domain.models.exchange import TextDelta
from muster.domain.tokens.count import TokenCount
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.clock import FakeClock
from tests.fakes.listed_bus import ListedBus
from tests.fakes.patience import until
from tests.fakes.scripted_model import ScriptedModel, model_info
from tests.fakes.token_counter import FakeTokenCounter


class Words(FakeTokenCounter):
    """A vocabulary in which each word is a token."""

    def count(self, text: str) -> TokenCount:
        """Words of `text`."""
        return TokenCount(len(text.split()))


@given(window=st.integers(0, 2_000_000), longest=st.integers(0, 2_000_000), written=st.integers(0, 100_000))
def test_question_and_answer_fit_the_window(window: int, longest: int, written: int) -> None:
    """Law: what may be sent and what may be answered are together no more than the model holds."""
    info = replace(model_info(window), max_input=longest, max_output=written)
    config = chat_config(info)
    sent = token_limit(config, window_of(info, config))
    assert sent + config.response_reserve <= (window or 128_000)
    assert 0 < config.response_reserve <= ANSWER_TOKENS
    assert sent <= (info.input_limit or 128_000)
    assert sent >= window // 2 or 0 < longest < window, "history has most of the room"


async def test_each_model_is_counted_in_its_own_vocabulary() -> None:
    """What an answer that was cut off has cost is estimated with it."""
    model = ScriptedModel([TextDelta("one two three"), asyncio.Event()])
    engine = ChatEngine(FakeTokenCounter(), FakeClock(), ListedBus(), lambda _info: Words())
    metered = MeteredModel(model, MemoryCostLedger(), Words(), FakeClock())
    asking = engine.ask(metered, Question("a question of five words"))
    task = asyncio.create_task(asking.run())
    await until(lambda: model.requests)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as cancelled:
        await task
    reply = asking.cut_off(cancelled.value)
    assert (reply.usage.input, reply.usage.output) == (5 + 4, 3)


async def test_a_question_that_was_never_sent_has_cost_nothing() -> None:
    """Cancelled before its turn came."""
    engine = ChatEngine(FakeTokenCounter(), FakeClock(), ListedBus())
    asking = engine.ask(ScriptedModel([]), Question("never"))
    reply = asking.cut_off(asyncio.CancelledError())
    assert (reply.usage.total, reply.cost, reply.estimated) == (0, Decimal(0), False)
    assert reply.left_out == 0
