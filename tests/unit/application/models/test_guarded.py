"""What should not leave the machine does not."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from muster.application.models.guarded import GuardedModel
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import Finished, ModelRequest
from muster.domain.ports.prompt_scrubber import PromptScrubber
from muster.domain.security.scrubbed import PrivacyPolicy, Scrubbed
from muster.infrastructure.evidence.secret_scrubber import SecretScrubber
from tests.fakes.scripted_model import ScriptedModel, saying

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
CLEAN = ModelRequest((Message(Role.USER, "hello"),))
DIRTY = ModelRequest(
    (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, f"my token is {TOKEN}"),
        Message(
            Role.ASSISTANT, "", tool_calls=(ToolCall("c1", "push", json.dumps({"t": TOKEN, "n": 1})),),
            reasoning=f'"{TOKEN}"',
        ),
        Message(Role.TOOL, f"pushed with {TOKEN} and {TOKEN}", tool_call_id="c1"),
    )
)  # fmt: skip


class Counted:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, int]]] = []

    def __call__(self, model: str, found: Mapping[str, int]) -> None:
        """Keep it."""
        self.told.append((model, found))


async def test_redacted_is_every_message_and_every_argument() -> None:
    """What the model receives holds no trace; ids, roles and sealed thinking stay, arguments stay JSON."""
    inner, told = ScriptedModel(saying("hi")), Counted()
    model = GuardedModel(inner, SecretScrubber(), PrivacyPolicy.REDACT, found=told)
    events = [event async for event in model.stream(DIRTY)]

    (sent,) = inner.requests
    assert [message.content for message in sent.messages] == [
        "Be brief.",
        "my token is [****github-token]",
        "",
        "pushed with [****github-token] and [****github-token]",
    ]
    assert json.loads(sent.messages[2].tool_calls[0].arguments) == {"t": "[****github-token]", "n": 1}
    assert sent.messages[2].reasoning == DIRTY.messages[2].reasoning
    assert sent.messages[0] is DIRTY.messages[0]
    assert sent.messages[3].tool_call_id == "c1"
    assert told.told == [("fake/scripted", {"github-token": 4})]
    assert isinstance(events[-1], Finished)


async def test_blocked_names_kinds_and_never_values() -> None:
    """Nothing is sent."""
    inner, told = ScriptedModel(saying("hi")), Counted()
    model = GuardedModel(inner, SecretScrubber(), PrivacyPolicy.BLOCK, found=told)
    with pytest.raises(ModelFailure) as caught:
        _ = [event async for event in model.stream(DIRTY)]
    error = caught.value
    assert (error.kind, inner.requests) == (ErrorKind.BLOCKED, [])
    assert error.message == "fake/scripted was not called: the prompt holds github-token (4)"
    assert "redact" in error.hint
    assert "allow" in error.hint
    assert TOKEN not in f"{error} {error.details}"
    assert told.told == [("fake/scripted", {"github-token": 4})]


@pytest.mark.parametrize("policy", [PrivacyPolicy.REDACT, PrivacyPolicy.BLOCK])
async def test_a_clean_prompt_goes_out_as_the_very_same_object(policy: PrivacyPolicy) -> None:
    """And nothing is told."""
    inner, told = ScriptedModel(saying("hi")), Counted()
    model = GuardedModel(inner, SecretScrubber(), policy, found=told)
    _ = [event async for event in model.stream(CLEAN)]
    assert inner.requests[0] is CLEAN
    assert told.told == []


async def test_allowed_is_sent_as_it_is() -> None:
    """Nobody even looks."""
    inner, told = ScriptedModel(saying("hi")), Counted()
    model = GuardedModel(inner, SecretScrubber(), PrivacyPolicy.ALLOW, found=told)
    _ = [event async for event in model.stream(DIRTY)]
    assert inner.requests[0] is DIRTY
    assert told.told == []
    assert model.info is inner.info


async def test_arguments_stay_json_whatever_the_scrubber_does() -> None:
    """A provider refuses a conversation whose arguments cannot be read."""

    class Butcher(PromptScrubber):
        def screen(self, text: str) -> Scrubbed:
            return Scrubbed(text.replace('"', ""), {"quote": text.count('"')} if '"' in text else {})

    inner = ScriptedModel(saying("hi"))
    _ = [event async for event in GuardedModel(inner, Butcher(), PrivacyPolicy.REDACT).stream(DIRTY)]
    arguments = json.loads(inner.requests[0].messages[2].tool_calls[0].arguments)
    assert list(arguments) == ["redacted"]
