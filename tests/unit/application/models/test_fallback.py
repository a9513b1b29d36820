"""From model to model until one answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.models.breaker import BreakerModel, CircuitBoard
from muster.application.models.fallback import FallbackModel
from muster.application.models.metered import MeteredModel
from muster.application.models.refusal import Refusals
from muster.application.models.retrying import RetryingModel
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.circuit import CircuitPolicy
from muster.domain.models.exchange import AnswerRestarted, AttemptEnded, Finished, TextDelta
from muster.domain.models.fallback import FallbackPolicy
from muster.domain.models.info import ModelInfo
from muster.domain.models.retry import RetryPolicy
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

from .calls import ASKED, ListedLedger, attempts_of, failed, failure, known, text_of, told

CHEAP, CAPABLE, PREMIUM = ModelTier
FIRST, SECOND, THIRD = known("one/a"), known("two/b"), known("three/c")
DOWN: list[Step] = [failure(ErrorKind.OVERLOADED)]


class Bench:
    """Models by what they play, the first one first; those without a script cannot be had."""

    def __init__(
        self,
        scripts: Mapping[ModelInfo, list[Step] | None],
        retries: int = 0,
        policy: FallbackPolicy | None = None,
    ) -> None:
        self.ledger, self.clock = ListedLedger(), FakeClock()
        self.retries = retries
        self.board = CircuitBoard(CircuitPolicy(), self.clock)
        infos = list(scripts)
        self.inner = {i.name: ScriptedModel(s, info=i) for i, s in scripts.items() if s is not None}
        self.opened: list[str] = []
        first = self.stacked(infos[0])
        self.model = FallbackModel(
            first, infos[1:], self.open, policy or FallbackPolicy(), CharacterCounter()
        )

    def stacked(self, info: ModelInfo) -> LanguageModel:
        """A model with its own stack."""
        metered = MeteredModel(self.inner[info.name], self.ledger, CharacterCounter(), self.clock)
        breaker = BreakerModel(metered, self.board, Refusals(self.ledger, self.clock))
        policy = RetryPolicy(self.retries, jitter=0)
        return RetryingModel(breaker, policy, self.clock, random.random)

    def open(self, info: ModelInfo) -> LanguageModel | None:
        """What the container does: None for want of a key."""
        self.opened.append(info.name)
        return self.stacked(info) if info.name in self.inner else None


async def test_the_first_model_answers_and_no_other_is_opened() -> None:
    """What stands in costs nothing until it is needed."""
    bench = Bench({FIRST: saying("hi"), SECOND: saying("no")})

    events = await told(bench.model)

    assert (text_of(events), bench.opened) == ("hi", [])
    assert [attempt.fallback for attempt in attempts_of(events)] == [False]


async def test_the_next_one_answers_where_the_first_does_not() -> None:
    """Every attempt is told in order; those of a stand-in are marked, in the events and in the ledger."""
    bench = Bench({FIRST: DOWN, SECOND: DOWN, THIRD: saying("hi")}, retries=1)

    events = await told(bench.model)

    assert text_of(events) == "hi"
    got = [(attempt.provider, attempt.error, attempt.fallback) for attempt in attempts_of(events)]
    assert got == [
        ("one", ErrorKind.OVERLOADED, False),
        ("one", ErrorKind.OVERLOADED, False),
        ("two", ErrorKind.OVERLOADED, True),
        ("two", ErrorKind.OVERLOADED, True),
        ("three", None, True),
    ]
    assert attempts_of(events) == bench.ledger.attempts


async def test_a_model_that_cannot_be_had_is_passed_over() -> None:
    """No key, no request; and it is not asked for twice."""
    bench = Bench({FIRST: DOWN, SECOND: None, THIRD: saying("hi")})

    assert text_of(await told(bench.model)) == "hi"
    assert bench.opened == ["two/b", "three/c"]


async def test_pieces_of_a_broken_answer_are_called_void_once() -> None:
    """And nothing where nothing was said."""
    bench = Bench({FIRST: [TextDelta("half"), failure(ErrorKind.CONNECTION)], SECOND: saying("whole")})
    events = await told(bench.model)

    assert [type(event) for event in events[:4]] == [TextDelta, AttemptEnded, AnswerRestarted, TextDelta]
    bench = Bench({FIRST: DOWN, SECOND: saying("whole")})
    assert not [event for event in await told(bench.model) if isinstance(event, AnswerRestarted)]


async def test_what_a_retry_has_called_void_is_not_called_void_again() -> None:
    """The first try said half, the second nothing: one word to the reader is enough."""
    bench = Bench({FIRST: DOWN, SECOND: saying("whole")}, retries=1)
    bench.inner["one/a"] = ScriptedModel([TextDelta("half"), *DOWN], DOWN, info=FIRST)
    model = FallbackModel(bench.stacked(FIRST), [SECOND], bench.open, FallbackPolicy(), CharacterCounter())

    restarts = [event for event in await told(model) if isinstance(event, AnswerRestarted)]
    assert restarts == [AnswerRestarted("overloaded")]


async def test_all_exhausted_is_one_error_with_every_attempt_and_its_cause() -> None:
    """Of the kind of the first failure; the message is short, the details are whole."""
    denied: list[Step] = [failure(ErrorKind.AUTHENTICATION)]
    bench = Bench({FIRST: DOWN, SECOND: denied, THIRD: [failure(ErrorKind.TIMEOUT)]}, retries=1)

    events, error = await failed(bench.model, ModelFailure)

    assert error.kind is ErrorKind.OVERLOADED
    assert error.message == (
        "no model gave an answer: one/a overloaded ×2, two/b authentication, three/c timeout ×2"
    )
    assert error.details["attempts"] == tuple(attempts_of(events))
    assert error.details["cost"] == 2 * Decimal(len("hello") + 4) / 1_000_000  # two time-outs, estimated
    assert error.details["causes"] == [
        ("one/a", "overloaded"), ("two/b", "authentication"), ("three/c", "timeout")
    ]  # fmt: skip
    assert error.hint == "do something"
    assert isinstance(error.__cause__, ModelFailure)


async def test_the_error_of_a_single_attempt_comes_out_as_it_is() -> None:
    """There is nothing to sum up."""
    original = failure(ErrorKind.INVALID_REQUEST)
    bench = Bench({FIRST: [original], SECOND: saying("never")})

    events, error = await failed(bench.model, ModelFailure)

    assert error is original
    assert error.__cause__ is None
    assert error.details["attempts"] == tuple(attempts_of(events))
    assert bench.opened == []


@pytest.mark.parametrize(
    "kind", [ErrorKind.REFUSED, ErrorKind.INVALID_REQUEST, ErrorKind.BLOCKED, ErrorKind.CANCELLED]
)
async def test_what_the_caller_did_wrong_is_asked_of_nobody_else(kind: ErrorKind) -> None:
    """Nor is what a policy has blocked."""
    bench = Bench({FIRST: [failure(kind)], SECOND: saying("never")})

    await failed(bench.model, ModelFailure)
    assert bench.opened == []


async def test_an_open_circuit_goes_on_to_the_next_model_at_once() -> None:
    """Without a request to the one that is down, and without a wait."""
    bench = Bench({FIRST: DOWN, SECOND: saying("hi")})
    for _ in range(5):
        await told(bench.model)
    before = len(bench.inner["one/a"].requests)

    events = await told(bench.model)

    assert len(bench.inner["one/a"].requests) == before == 5
    assert [attempt.error for attempt in attempts_of(events)] == [ErrorKind.CIRCUIT_OPEN, None]
    assert bench.clock.slept == []


async def test_a_short_budget_goes_to_a_cheaper_tier_only() -> None:
    """A dearer one, or the same price elsewhere, would not help."""
    first, above, below = known("one/a"), known("one/p", PREMIUM), known("one/c", CHEAP)
    bench = Bench({first: [BudgetExceeded("too dear")], SECOND: saying("no"), above: [], below: saying("hi")})

    events = await told(bench.model)

    assert (text_of(events), bench.opened) == ("hi", ["one/c"])
    assert attempts_of(events)[-1].tier is CHEAP


async def test_a_budget_that_is_short_everywhere_stays_a_budget_error() -> None:
    """The user's limit was kept; no provider has failed."""
    dear = BudgetExceeded("too dear", hint="raise it")
    bench = Bench({FIRST: [dear], known("one/c", CHEAP): [BudgetExceeded("still too dear")]})

    _, error = await failed(bench.model, BudgetExceeded)

    assert error is dear
    assert len(error.details["attempts"]) == 2  # type: ignore[arg-type]  # a tuple


async def test_too_long_a_text_goes_to_a_larger_window_only() -> None:
    """And not to one that is larger but still too small for what was counted."""
    long = replace(ASKED, messages=(Message(Role.USER, "x" * 1500),))
    first, small, larger, large = (
        known("one/a", window=1000), known("two/b", window=900), known("three/c", window=1400),
        known("four/d", window=2000),
    )  # fmt: skip
    too_long: list[Step] = [failure(ErrorKind.CONTEXT_TOO_LONG)]
    bench = Bench({first: too_long, small: saying("no"), larger: saying("no"), large: saying("hi")})

    assert text_of(await told(bench.model, long)) == "hi"
    assert bench.opened == ["four/d"]


async def test_a_stand_in_with_too_small_a_window_is_passed_over() -> None:
    """It would only answer that it is."""
    long = replace(ASKED, messages=(Message(Role.USER, "x" * 1500),))
    bench = Bench({FIRST: DOWN, known("two/b", window=1000): saying("no"), THIRD: saying("hi")})

    await told(bench.model, long)
    assert bench.opened == ["three/c"]


async def test_at_most_three_others_are_asked() -> None:
    """Or as many as the policy says."""
    infos = [known(f"p{n}/m") for n in range(6)]
    bench = Bench(dict.fromkeys(infos, DOWN))
    await failed(bench.model, ModelFailure)
    assert len(bench.opened) == 3

    bench = Bench(dict.fromkeys(infos, DOWN), policy=FallbackPolicy(max_retries=0))
    await failed(bench.model, ModelFailure)
    assert bench.opened == []


async def test_a_stand_in_gets_the_request_as_it_can_take_it() -> None:
    """All that was asked; no longer an answer than it can give, and nothing that another provider sealed."""
    sealed = Message(Role.ASSISTANT, "so", reasoning='{"signature": "x"}')
    asked = replace(ASKED, messages=(*ASKED.messages, sealed), max_output_tokens=9000)
    sibling, small = known("one/p", PREMIUM), replace(SECOND, max_output=100)
    bench = Bench({FIRST: DOWN, sibling: DOWN, small: saying("hi")})

    await told(bench.model, asked)

    assert bench.inner["one/p"].requests[0].messages == asked.messages
    (sent,) = bench.inner["two/b"].requests
    assert sent.messages == (*ASKED.messages, replace(sealed, reasoning=""))
    assert (sent.max_output_tokens, sent.temperature, sent.tools) == (100, asked.temperature, asked.tools)
    assert (sent.context.fallback, sent.context.run_id) == (True, "run-1")
    assert asked.messages[1].reasoning


async def test_a_bug_is_not_hidden_by_another_model() -> None:
    """It comes out as it is."""
    bench = Bench({FIRST: [KeyError("choices")], SECOND: saying("never")})

    with pytest.raises(KeyError):
        await told(bench.model)


async def test_calls_at_once_find_their_own_way() -> None:
    """100 callers over one chain: each has its own attempts and one answer."""
    bench = Bench({FIRST: [failure(ErrorKind.RATE_LIMIT)], SECOND: saying("hi")})

    results = await asyncio.gather(*(told(bench.model) for _ in range(100)))

    assert all(len(attempts_of(events)) == 2 for events in results)
    assert all(isinstance(events[-1], Finished) for events in results)


async def test_it_is_known_under_the_name_of_the_first() -> None:
    """Limits and prices are those of the model that was chosen."""
    assert Bench({FIRST: DOWN, SECOND: DOWN}).model.info is FIRST
