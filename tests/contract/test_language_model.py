"""What every language model promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.ports.language_model import LanguageModel
from muster.domain.tools.spec import ToolCategory, ToolSpec
from muster.infrastructure.llm.offline import OfflineModel
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.openai_calls import served
from tests.fakes.provider_models import claude, llama
from tests.fakes.provider_script import choose
from tests.fakes.provider_server import ProviderServer, tool_once
from tests.fakes.scripted_model import ScriptedModel, calling, saying

TOOL = ToolSpec("look", "looks", {"type": "object", "properties": {}}, ToolCategory.ANALYSIS)
ASKED = (Message(Role.SYSTEM, "You look."), Message(Role.USER, "# Task\nlook at it"))
TOLD = (*ASKED, Message(Role.TOOL, '{"status": "measured", "looked_at": 1}', name="look", tool_call_id="1"))

MODELS: dict[str, Callable[[], LanguageModel]] = {
    "offline": lambda: OfflineModel(CharacterCounter()),
    "scripted": lambda: ScriptedModel(calling(("look", "{}")), saying("done")),
}


# Adapters of real providers, each with a scripted server of its own.
SERVED: dict[str, Callable[[ProviderServer], AbstractAsyncContextManager[LanguageModel]]] = {
    "anthropic": claude,
    "ollama": llama,
    "openai responses": served("responses"),
    "openai chat": served("chat"),
    "openai-compatible": served("compatible"),
}


@pytest.fixture(params=[*MODELS, *SERVED])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    """Each adapter in turn."""
    if request.param in MODELS:
        yield MODELS[request.param]()
        return
    async with ProviderServer() as server:
        server.play(choose(tool_once))
        async with SERVED[request.param](server) as adapter:
            yield adapter


async def answer(
    model: LanguageModel, messages: tuple[Message, ...], *, stream: bool = True
) -> list[ModelEvent]:
    """All events of one call with one tool."""
    return [event async for event in model.stream(ModelRequest(messages, (TOOL,), stream=stream))]


def text_of(events: list[ModelEvent]) -> str:
    """What was said."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_the_last_event_is_finished_and_usage_comes_before_it(model: LanguageModel) -> None:
    """Whoever reads to the end knows what was used and why it ended."""
    for messages in (ASKED, TOLD):
        events = await answer(model, messages)
        assert isinstance(events[-1], Finished)
        assert sum(isinstance(event, Finished) for event in events) == 1
        assert any(isinstance(event, UsageReported) for event in events[:-1])


async def test_calls_are_of_offered_tools_and_the_reason_says_so(model: LanguageModel) -> None:
    """First the tool is called, then text answers; never an answer without either."""
    first = await answer(model, ASKED)
    assert [event.name for event in first if isinstance(event, ToolCallDone)] == ["look"]
    assert isinstance(first[-1], Finished)
    assert first[-1].reason is FinishReason.TOOL_CALLS
    second = await answer(model, TOLD)
    assert text_of(second)
    assert isinstance(second[-1], Finished)
    assert second[-1].reason is FinishReason.STOP


async def test_what_it_is_is_known_without_a_call(model: LanguageModel) -> None:
    """Limits are positive, the name is provider/id, and the model that answers is the one that was asked."""
    info = model.info
    assert info.name == f"{info.provider}/{info.id}"
    assert info.context_window > 0
    assert info.max_output > 0
    last = (await answer(model, ASKED))[-1]
    assert isinstance(last, Finished)
    assert last.model == info.name


async def test_one_piece_says_the_same_as_many(model: LanguageModel) -> None:
    """Whether anybody watches changes neither what is asked for nor what is answered."""
    for messages in (ASKED, TOLD):
        whole = await answer(model, messages, stream=False)
        calls = [event.name for event in whole if isinstance(event, ToolCallDone)]
        assert (calls, bool(text_of(whole))) == ((["look"], False) if messages is ASKED else ([], True))
        assert isinstance(whole[-1], Finished)
