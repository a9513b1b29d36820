"""Anthropic's own description of its requests, as the SDK's types tell it, applied to the last detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

MOST_CACHE_MARKS = 4


@cache
def _described(kind: str) -> TypeAdapter[Any]:
    from anthropic.types import MessageCountTokensParams
    from anthropic.types import message_create_params as create

    types: dict[str, Any] = {
        "whole": create.MessageCreateParamsNonStreaming,
        "streamed": create.MessageCreateParamsStreaming,
        "counted": MessageCountTokensParams,
    }
    return TypeAdapter(types[kind])


def check_messages_request(body: Mapping[str, object]) -> None:
    """Raise when `body` is no request of POST /v1/messages."""
    _check("streamed" if body.get("stream") else "whole", body)


def check_counting_request(body: Mapping[str, object]) -> None:
    """Raise when `body` is no request of POST /v1/messages/count_tokens."""
    _check("counted", body)


def _check(kind: str, body: Mapping[str, object]) -> None:
    # The types hold iterables, which are only checked as they are read, and unknown keys are passed over: read
    # all of it, and compare what is left with what was sent.
    understood = _read(_described(kind).validate_python(body))
    assert understood == body, f"not in Anthropic's types: {_difference(understood, body)}"
    assert sum(1 for _ in _marks(body)) <= MOST_CACHE_MARKS


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _read(inner) for key, inner in value.items()}
    if isinstance(value, str | int | float | None):
        return value
    return [_read(inner) for inner in value]


def _difference(understood: Any, sent: Any) -> str:
    """Where the two part, innermost."""
    if isinstance(understood, dict) and isinstance(sent, dict) and understood.keys() == sent.keys():
        return next(
            f"{key}: {_difference(understood[key], sent[key])}"
            for key in sent
            if understood[key] != sent[key]
        )
    if isinstance(understood, list) and isinstance(sent, list) and len(understood) == len(sent):
        return next(
            f"{at}: {_difference(*pair)}"
            for at, pair in enumerate(zip(understood, sent, strict=True))
            if pair[0] != pair[1]
        )
    return f"{understood!r} is understood of {sent!r}"


def _marks(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        if "cache_control" in value:
            yield value
        for inner in value.values():
            yield from _marks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _marks(inner)
