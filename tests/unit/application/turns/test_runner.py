"""TurnRunner: stages, rounds, budget and events of whole turns."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.services.document_analysis import DocumentAnalysis
from muster.domain.events.events import (
    BudgetEvaluated,
    ModelCalled,
    StageFinished,
    TextArrived,
    ToolFinished,
    ToolStarted,
)
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import FinishReason
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.clock import START, FakeClock
from tests.fakes.scripted_model import ScriptedModel, calling, model_info, saying

from .engine import Engine


def look(at: str = "it") -> dict[str, str]:
    """Look at something."""
    return {"seen": at}


def fail() -> None:
    """Break."""
    raise RuntimeError("it broke")


def document(content: str) -> DocumentSnapshot:
    return DocumentSnapshot("d1", "notes.md", content, START)


def limited(tokens: int, **changes: object) -> TurnConfig:
    """A config with exactly `tokens` for messages and tools."""
    return TurnConfig(max_context_tokens=tokens, response_reserve=0, **changes)  # type: ignore[arg-type]


async def test_a_turn_without_tools_is_one_call_and_completes() -> None:
    """spec: prepare → analyze → execute → finish."""
    engine = Engine(ScriptedModel(saying("hello")))

    output = await engine.runner.run(TurnInput("hi", "You are.", run_id="r1", agent="a1"))

    assert (output.status, output.text, output.error) == (TurnStatus.COMPLETED, "hello", "")
    assert [message.content for message in engine.model.requests[0].messages] == ["You are.", "hi"]
    stages = [event for event in engine.bus.events if isinstance(event, StageFinished)]
    assert [stage.stage for stage in stages] == ["prepare", "analyze", "execute", "finish"]
    assert {(stage.run_id, stage.agent) for stage in stages} == {("r1", "a1")}


async def test_it_loops_until_no_tool_is_called() -> None:
    """spec: "It loops 3-4 until no tool is called": each round sees the results of those before it."""
    model = ScriptedModel(
        calling(("look", '{"at": "a"}')), calling(("look", ""), ("fail", "")), saying("done")
    )
    engine = Engine(model, look, fail)

    output = await engine.runner.run(TurnInput("hi"))

    assert (output.status, output.text) == (TurnStatus.COMPLETED, "done")
    results = [m.content for m in model.requests[2].messages if m.role is Role.TOOL]
    assert [json.loads(text) for text in results] == [
        {"seen": "a"},
        {"seen": "it"},
        {"error": "tool 'fail' failed: RuntimeError: it broke"},
    ]
    ids = [call.call_id for m in model.requests[2].messages for call in m.tool_calls]
    assert [m.tool_call_id for m in model.requests[2].messages if m.role is Role.TOOL] == ids
    assert len(set(ids)) == 3
    assert [record.call.call_id for record in output.tool_calls] == ids


async def test_the_last_allowed_round_offers_no_tools_so_that_the_model_answers() -> None:
    """spec, as it stands; the status says that the model was cut off in its search."""
    model = ScriptedModel(calling(("look", "")), calling(("look", "")), saying("all I have"))
    engine = Engine(model, look)

    output = await engine.runner.run(TurnInput("hi", config=TurnConfig(max_iterations=3)))

    assert [len(request.tools) for request in model.requests] == [1, 1, 0]
    assert (output.status, output.text) == (TurnStatus.MAX_ITERATIONS, "all I have")


async def test_calls_in_the_last_round_are_not_run() -> None:
    """A model that calls what it was not offered gets no further round."""
    engine = Engine(ScriptedModel(calling(("look", ""))), look)

    output = await engine.runner.run(TurnInput("hi", config=TurnConfig(max_iterations=2)))

    assert (len(engine.model.requests), len(output.tool_calls)) == (2, 1)
    assert output.status is TurnStatus.MAX_ITERATIONS


async def test_a_single_allowed_round_that_answers_is_complete() -> None:
    """Nothing was cut off."""
    engine = Engine(ScriptedModel(saying("hi")), look)

    output = await engine.runner.run(TurnInput("hi", config=TurnConfig(max_iterations=1)))

    assert (output.status, engine.model.requests[0].tools) == (TurnStatus.COMPLETED, ())


@pytest.mark.parametrize("allowed", [0, -3])
async def test_less_than_one_iteration_is_refused_with_a_clear_error(allowed: int) -> None:
    """spec: "`max_iterations < 1` is refused with a clear error", before anything happens."""
    engine = Engine(ScriptedModel(saying("hi")))

    with pytest.raises(ValueError, match=f"max_iterations must be at least 1, not {allowed}"):
        await engine.runner.run(TurnInput("hi", config=TurnConfig(max_iterations=allowed)))

    assert (engine.model.requests, engine.bus.events) == ([], [])


async def test_a_rejected_turn_ends_with_a_structured_error_and_no_model_call() -> None:
    """spec: "`reject` ends the turn with a structured error and no model call"."""
    engine = Engine(ScriptedModel(saying("hi")))

    output = await engine.runner.run(TurnInput("x" * 996, config=limited(700)))

    assert (output.status, output.response, engine.model.requests) == (TurnStatus.REJECTED, None, [])
    assert output.error.startswith("the messages take 1000 tokens, 700 fit (")
    assert output.metadata == {"code": "context-too-long", "tokens": "1000", "limit": "700", "exact": "yes"}
    assert [event.verdict for event in engine.bus.of(BudgetEvaluated)] == ["reject"]
    assert (output.metrics.iteration_count, output.metrics.cost) == (0, Decimal(0))


async def test_too_long_a_history_is_summarized_and_estimated_again() -> None:
    """spec: "`needs_summary` compresses and estimates again"."""
    history = (Message(Role.USER, "o" * 300), Message(Role.ASSISTANT, "p" * 300))
    recent = (Message(Role.USER, "recent"), Message(Role.ASSISTANT, "yes"))
    engine = Engine(ScriptedModel(saying("hi")))

    output = await engine.runner.run(TurnInput("now", history=history + recent, config=limited(550)))

    assert output.status is TurnStatus.COMPLETED
    summary, *rest = engine.model.requests[0].messages
    assert rest == [*recent, Message(Role.USER, "now")]
    assert summary.content.startswith("Earlier in this conversation, in extracts:\nuser: ooo")
    verdicts = [event.verdict for event in engine.bus.of(BudgetEvaluated)]
    assert verdicts == ["needs_summary", "needs_summary", "ok"]


async def test_the_estimate_is_made_again_before_every_iteration() -> None:
    """spec: "The estimate is made again before every iteration: messages grow"; an event each time."""
    engine = Engine(ScriptedModel(calling(("look", "")), calling(("look", "")), saying("done")), look)

    await engine.runner.run(TurnInput("hi"))

    events = engine.bus.of(BudgetEvaluated)
    assert [event.verdict for event in events] == ["ok"] * 4
    assert events[0].tokens == events[1].tokens < events[2].tokens < events[3].tokens


@given(sizes=st.lists(st.integers(0, 4000), min_size=1, max_size=6), limit=st.integers(200, 5000))
def test_no_model_is_ever_sent_more_than_fits(sizes: list[int], limit: int) -> None:
    """Whatever tools return, each request is within the limit, or the turn is rejected with its records."""

    def big(size: int) -> str:
        """Return much."""
        return "x" * size

    scripts = [calling(("big", json.dumps({"size": size}))) for size in sizes]
    engine = Engine(ScriptedModel(*scripts, saying("done")), big)

    output = asyncio.run(engine.runner.run(TurnInput("hi", config=limited(limit))))

    evaluated = engine.bus.of(BudgetEvaluated)
    assert output.status in {TurnStatus.COMPLETED, TurnStatus.REJECTED}
    assert len([event for event in evaluated[1:] if event.verdict == "ok"]) == len(engine.model.requests)
    assert all(event.tokens <= limit for event in evaluated if event.verdict == "ok")
    assert len(output.tool_calls) == min(len(engine.model.requests), len(sizes))


async def test_one_huge_result_is_shortened_and_does_not_end_the_turn() -> None:
    """The model learns how much is missing."""

    def big() -> str:
        """Return much."""
        return "x" * 100_000

    engine = Engine(ScriptedModel(calling(("big", "")), saying("done")), big)

    output = await engine.runner.run(TurnInput("hi", config=limited(5000)))

    told = json.loads(engine.model.requests[1].messages[-1].content)
    assert output.status is TurnStatus.COMPLETED
    assert told["dropped_characters"] > 95_000
    assert len(output.tool_calls[0].result.content) == 100_002


async def test_a_document_that_does_not_fit_brings_the_tools_to_read_it() -> None:
    """spec: "otherwise its outline and the tools to read it do"."""
    text = "# One\n" + "a\n" * 2000 + "# Two\nthe needle\n"
    model = ScriptedModel(calling(("search_document", '{"text": "needle"}')), saying("line 2003"))
    engine = Engine(model, look)

    output = await engine.runner.run(TurnInput("where?", snapshot=document(text), config=limited(3500)))

    assert [tool.name for tool in model.requests[0].tools] == ["look", "read_document", "search_document"]
    assert json.loads(output.tool_calls[0].result.content)["lines"] == [{"line": 2003, "text": "the needle"}]


async def test_a_document_that_fits_brings_no_tools() -> None:
    """It is all there."""
    engine = Engine(ScriptedModel(saying("hi")), look)

    await engine.runner.run(TurnInput("why?", snapshot=document("# A\n")))

    assert [tool.name for tool in engine.model.requests[0].tools] == ["look"]


async def test_hints_reach_the_model_and_are_left_out_where_they_would_not_fit() -> None:
    """Advice is a help: no message is given up for it."""
    turn = TurnInput("why?", "You are.", document("# A\n# B\n"))
    roomy = Engine(ScriptedModel(saying("hi")), advisor=DocumentAnalysis(FakeClock()))
    tight = Engine(ScriptedModel(saying("hi")), advisor=DocumentAnalysis(FakeClock()))
    needed = 4 + 8 + 4 + len('<document path="notes.md" version="1">\n# A\n# B\n\n</document>') + 4 + 4

    await roomy.runner.run(turn)
    await tight.runner.run(TurnInput("why?", "You are.", document("# A\n# B\n"), config=limited(needed)))

    assert "# Hints\n- Parts of notes.md: 1-1: # A; 2-2: # B." in roomy.model.requests[0].messages[0].content
    assert tight.model.requests[0].messages[0].content == "You are."
    assert "# B" in tight.model.requests[0].messages[1].content


async def test_a_document_without_anything_to_say_brings_no_hints() -> None:
    """No empty heading in the system message."""
    engine = Engine(ScriptedModel(saying("hi")), advisor=DocumentAnalysis(FakeClock()))

    await engine.runner.run(TurnInput("why?", "You are.", document("plain\n")))

    assert engine.model.requests[0].messages[0].content == "You are."


counts = st.integers(0, 10_000)
usages = st.builds(Usage, counts, counts, counts, counts, counts)


@given(spent=st.lists(usages, min_size=1, max_size=5))
def test_usage_is_summed_over_every_iteration_and_priced(spent: list[Usage]) -> None:
    """spec: "usage summed over every iteration, cost"."""
    scripts = [calling(("look", ""), usage=usage) for usage in spent[:-1]]
    engine = Engine(ScriptedModel(*scripts, saying("done", spent[-1])), look)

    metrics = asyncio.run(engine.runner.run(TurnInput("hi"))).metrics

    total = sum(spent, Usage())
    assert metrics.usage == total
    assert metrics.cost == (total.input + 2 * total.output) / Decimal(1_000_000)
    assert (metrics.iteration_count, metrics.tool_call_count) == (len(spent), len(spent) - 1)


async def test_metrics_tell_model_tier_times_and_duration_by_the_clock() -> None:
    """Times are UTC."""
    clock = FakeClock()

    async def wait() -> None:
        """Take a while."""
        clock.advance(2.5)

    engine = Engine(ScriptedModel(calling(("wait", "")), saying("done")), wait, clock=clock)
    metrics = (await engine.runner.run(TurnInput("hi"))).metrics

    assert (metrics.model, metrics.tier) == ("fake/scripted", ModelTier.CAPABLE)
    assert (metrics.started_at, metrics.finished_at) == (START, START + timedelta(seconds=2.5))
    assert metrics.duration == 2.5


async def test_an_unpriced_model_has_no_cost_rather_than_none_at_all() -> None:
    """Unpriced is not free."""
    info = replace(model_info(), prices=None)

    output = await Engine(ScriptedModel(saying("hi"), info=info)).runner.run(TurnInput("hi"))

    assert output.metrics.cost is None


async def test_models_and_tools_are_told_of_as_they_happen() -> None:
    """One stream of typed events; text arrives in pieces when streaming, whole when not."""
    engine = Engine(ScriptedModel(calling(("look", "")), saying("done")), look)
    whole = Engine(ScriptedModel(saying("done")))

    await engine.runner.run(TurnInput("hi", run_id="r", agent="a"))
    await whole.runner.run(TurnInput("hi", config=TurnConfig(streaming=False)))

    assert engine.bus.of(ToolStarted) == [ToolStarted("r", "a", "look")]
    assert engine.bus.of(ToolFinished) == [ToolFinished("r", "a", "look", 0.0, "")]
    assert engine.bus.of(ModelCalled) == [
        ModelCalled("r", "a", "fake/scripted", number, Usage(10, 5), 0.0) for number in (1, 2)
    ]
    assert engine.bus.of(TextArrived) == [TextArrived("r", "a", "done")]
    assert whole.bus.of(TextArrived) == [TextArrived("", "", "done")]


async def test_a_stream_gives_the_turns_own_events_and_at_last_its_output() -> None:
    """spec: "`stream(TurnInput)` giving typed events"; no other turn's on the same bus."""
    engine = Engine(ScriptedModel(saying("hello")))

    async def streamed(agent: str) -> list[object]:
        return [event async for event in engine.runner.stream(TurnInput("hi", run_id="r", agent=agent))]

    first, second = await asyncio.gather(streamed("one"), streamed("two"))

    for agent, events in (("one", first), ("two", second)):
        output = events.pop()
        assert isinstance(output, TurnOutput)
        assert output.text == "hello"
        assert {getattr(event, "agent", "") for event in events} == {agent}
        assert events == [event for event in engine.bus.events if getattr(event, "agent", "") == agent]


async def test_two_turns_at_once_share_nothing() -> None:
    """spec: "Two turns never share mutable state"."""
    model = ScriptedModel(saying("hi", Usage(input=1)))
    engine = Engine(model, look)

    outputs = await asyncio.gather(*(engine.runner.run(TurnInput(f"p{n}")) for n in range(20)))

    assert [output.metrics.usage for output in outputs] == [Usage(input=1)] * 20
    assert [request.messages[-1].content for request in model.requests] == [f"p{n}" for n in range(20)]
    assert {output.response.finish_reason for output in outputs if output.response} == {FinishReason.STOP}
