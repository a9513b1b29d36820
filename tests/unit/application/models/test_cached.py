"""The same request is paid for once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from muster.application.models.assembly import Assembly
from muster.application.models.cached import CacheCounts, CachedModel
from muster.application.models.metered import MeteredModel
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.ledger.entry import Grouping, LedgerQuery
from muster.domain.messaging.message import Message, Role
from muster.domain.models.cached_answer import CachedAnswer
from muster.domain.models.exchange import (
    AnswerRestarted,
    AttemptEnded,
    CallContext,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ReasoningKept,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.domain.ports.response_cache import ResponseCache
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from muster.infrastructure.responses.sqlite_cache import SqliteResponseCache
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

ASKING = ModelRequest((Message(Role.USER, "hello"),))
CALLING: list[Step] = [
    ReasoningKept('{"sealed":1}'),
    TextDelta("I "),
    TextDelta("look."),
    ToolCallDelta(0, '{"a"', "c7", "look"),
    ToolCallDone(0, "look", '{"a":1}', "c7"),
    UsageReported(Usage(10, 5)),
    Finished(FinishReason.TOOL_CALLS, "fake/dated"),
]


class House:
    """A scripted model that is metered, behind a cache in a file."""

    def __init__(self, path: Path, *scripts: list[Step], salt: str = "") -> None:
        self.clock = FakeClock()
        self.inner = ScriptedModel(*scripts)
        self.ledger = MemoryCostLedger()
        self.cache = SqliteResponseCache(path, self.clock)
        metered = MeteredModel(self.inner, self.ledger, CharacterCounter(), self.clock)
        self.model = CachedModel(metered, self.cache, self.ledger, self.clock, CacheCounts(), salt)

    async def call(self, request: ModelRequest = ASKING) -> list[ModelEvent]:
        """All events of one call; the file is let go of."""
        return [event async for event in self.model.stream(request)]


class BrokenCache(ResponseCache):
    """Finds nothing, and fails in a way that no cache may."""

    async def get(self, key: str) -> CachedAnswer | None:
        """Nothing."""
        return None

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """Fail."""
        raise RuntimeError(key)


async def test_a_kept_answer_is_the_same_answer_at_no_cost(tmp_path: Path) -> None:
    """Text, tool calls, sealed thinking, and the model that gave it; and the ledger says so."""
    house = House(tmp_path / "answers.db", CALLING)
    first, second = await house.call(), await house.call()

    answers = []
    for events in (first, second):
        assembly = Assembly("fake/scripted")
        for event in events:
            assembly.add(event)
        answers.append(assembly.response())
    assert answers[0] == replace(answers[1], attempts=answers[0].attempts)
    assert (answers[1].text, answers[1].reasoning, answers[1].model) == (
        "I look.", '{"sealed":1}', "fake/dated",
    )  # fmt: skip
    assert len(house.inner.requests) == 1
    (hit,) = answers[1].attempts
    assert (hit.cached, hit.cost, hit.usage, hit.model) == (True, Decimal(0), Usage(), "fake/dated")
    assert [type(event).__name__ for event in second] == [
        "TextDelta", "ToolCallDone", "ReasoningKept", "UsageReported", "AttemptEnded", "Finished",
    ]  # fmt: skip
    (total,) = await house.ledger.totals(Grouping.MODEL, LedgerQuery())
    assert (total.calls, total.cached, total.cost) == (2, 1, Decimal("0.00002"))
    house.cache.close()


async def test_hits_and_misses_are_counted(tmp_path: Path) -> None:
    """And who asks makes no difference."""
    house = House(tmp_path / "answers.db", saying("hi"))
    assert house.model.counts.rate is None
    await house.call()
    await house.call(replace(ASKING, context=CallContext("run-2"), stream=False))
    await house.call(replace(ASKING, temperature=0.1))
    counts = house.model.counts
    assert (counts.hits, counts.misses, counts.rate) == (1, 2, 1 / 3)
    house.cache.close()


@pytest.mark.parametrize(
    "script",
    [
        [TextDelta("cut"), Finished(FinishReason.LENGTH, "fake/scripted")],
        [TextDelta("no"), Finished(FinishReason.REFUSED, "fake/scripted")],
        [Finished(FinishReason.STOP, "fake/scripted")],
    ],
    ids=["cut off", "refused", "empty"],
)
async def test_what_is_no_whole_answer_is_not_kept(tmp_path: Path, script: list[Step]) -> None:
    """It is asked for again."""
    house = House(tmp_path / "answers.db", script)
    await house.call()
    await house.call()
    assert len(house.inner.requests) == 2
    house.cache.close()


async def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    """Nor half an answer before it."""
    failure = ModelFailure("gone", kind=ErrorKind.CONNECTION)
    house = House(tmp_path / "answers.db", [TextDelta("half"), failure], saying("whole"))
    with pytest.raises(ModelFailure):
        await house.call()
    assert TextDelta("whole") in await house.call()
    assert TextDelta("whole") in await house.call()
    assert len(house.inner.requests) == 2
    house.cache.close()


async def test_the_answer_of_a_stand_in_is_not_kept(tmp_path: Path) -> None:
    """When the model itself is well again, it is asked."""
    house = House(tmp_path / "answers.db", saying("from another"))
    await house.call(replace(ASKING, context=CallContext(fallback=True)))
    await house.call()
    assert len(house.inner.requests) == 2
    house.cache.close()


async def test_a_restarted_answer_is_kept_without_its_broken_beginning(tmp_path: Path) -> None:
    """What was void stays void."""
    house = House(tmp_path / "answers.db", [TextDelta("hal"), AnswerRestarted("timeout"), *saying("whole")])
    await house.call()
    assert (await house.call())[0] == TextDelta("whole")
    house.cache.close()


async def test_a_reader_that_stops_at_the_end_has_filled_the_cache(tmp_path: Path) -> None:
    """The answer is kept before its end is told."""
    house = House(tmp_path / "answers.db", saying("hi"))
    async for event in house.model.stream(ASKING):
        if isinstance(event, Finished):
            break
    assert any(isinstance(event, AttemptEnded) and event.attempt.cached for event in await house.call())
    house.cache.close()


async def test_a_cache_that_cannot_be_written_is_only_a_cache_that_misses(tmp_path: Path) -> None:
    """The answers come all the same."""
    (tmp_path / "answers.db").write_text("something else " * 500)
    house = House(tmp_path / "answers.db", saying("hi"))
    assert TextDelta("hi") in await house.call()
    assert TextDelta("hi") in await house.call()
    assert house.model.counts.misses == 2
    house.cache.close()


async def test_an_answer_that_no_file_takes_is_given_all_the_same(tmp_path: Path) -> None:
    """Half a character in it: it is not kept, and asked for again."""
    house = House(tmp_path / "answers.db", saying("half \ud800"))
    assert (await house.call())[0] == TextDelta("half \ud800")
    assert isinstance((await house.call())[-1], Finished)
    assert house.model.counts.misses == 2
    house.cache.close()


async def test_a_cache_that_breaks_its_promise_destroys_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """It was paid for."""
    clock, ledger, inner = FakeClock(), MemoryCostLedger(), ScriptedModel(saying("hi"))
    model = CachedModel(inner, BrokenCache(), ledger, clock, CacheCounts())
    assert [event async for event in model.stream(ASKING)] == saying("hi")
    assert "an answer of fake/scripted was not kept: RuntimeError" in caplog.text


async def test_a_fresh_answer_passes_the_cache_by(tmp_path: Path) -> None:
    """It is neither looked up nor kept; what was kept before stays."""
    fresh = replace(ASKING, context=CallContext(fresh=True))
    house = House(tmp_path / "answers.db", saying("one"), saying("two"), saying("three"))
    assert (await house.call(fresh))[0] == TextDelta("one")
    assert (await house.call())[0] == TextDelta("two")
    assert (await house.call(fresh))[0] == TextDelta("three")
    assert (await house.call())[0] == TextDelta("two")
    assert (house.model.counts.hits, house.model.counts.misses) == (1, 1)
    house.cache.close()


async def test_the_same_model_at_another_place_is_asked(tmp_path: Path) -> None:
    """Two caches of one file share what their salt is the same for."""
    answers = []
    for salt, said in [("here", "one"), ("there", "two"), ("here", "three")]:
        house = House(tmp_path / "answers.db", saying(said), salt=salt)
        answers.append((await house.call())[0])
        house.cache.close()
    assert answers == [TextDelta("one"), TextDelta("two"), TextDelta("one")]


async def test_many_callers_share_the_wrapper(tmp_path: Path) -> None:
    """No state of a call is kept in it."""
    house = House(tmp_path / "answers.db", saying("hi"))
    requests = [replace(ASKING, max_output_tokens=1 + number % 5) for number in range(50)]
    answers = await asyncio.gather(*(house.call(request) for request in requests))
    assert all(answer[0] == TextDelta("hi") for answer in answers)
    assert house.model.counts.hits + house.model.counts.misses == 50
    house.cache.close()
