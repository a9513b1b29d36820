"""Conversations for the tests of this folder: short words for messages, and any well-formed history."""

from __future__ import annotations

from hypothesis import strategies as st

from muster.domain.messaging.message import Message, Role, ToolCall


def user(text: str) -> Message:
    """What a user says."""
    return Message(Role.USER, text)


def answer(text: str) -> Message:
    """What a model says without asking for tools."""
    return Message(Role.ASSISTANT, text)


def asking(*call_ids: str) -> Message:
    """A model's wish for one tool an id."""
    return Message(
        Role.ASSISTANT, "", tool_calls=tuple(ToolCall(call_id, "look", "{}") for call_id in call_ids)
    )


def result(call_id: str, text: str) -> Message:
    """What a tool gave."""
    return Message(Role.TOOL, text, name="look", tool_call_id=call_id)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Message, ...]:
    """Users, answers, and steps of one to three calls with all their results; ids may come again later."""
    messages: list[Message] = []
    for kind in draw(st.lists(st.sampled_from(["user", "answer", "step"]), max_size=12)):
        if kind == "step":
            ids = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True))
            messages.append(asking(*ids))
            order = draw(st.permutations(ids))
            messages += [result(one, "x" * draw(st.integers(0, 900))) for one in order]
        else:
            text = "y" * draw(st.integers(1, 300))
            messages.append(user(text) if kind == "user" else answer(text))
    return tuple(messages)


def steps(messages: tuple[Message, ...]) -> list[tuple[str, ...]]:
    """For each asking message the ids of the results that follow it directly, sorted."""
    found: list[tuple[str, ...]] = []
    for index, message in enumerate(messages):
        if message.tool_calls:
            following: list[str] = []
            for later in messages[index + 1 :]:
                if later.role is not Role.TOOL:
                    break
                following.append(later.tool_call_id)
            found.append(tuple(sorted(following)))
    return found


def asked(messages: tuple[Message, ...]) -> list[tuple[str, ...]]:
    """For each asking message the ids of its calls, sorted."""
    return [tuple(sorted(call.call_id for call in m.tool_calls)) for m in messages if m.tool_calls]
