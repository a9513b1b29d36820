"""Ollama's own chat: one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator

from .provider_script import Answer, Refusal
from .provider_wire_common import BROKEN_JSON, Call, Json, dumps, parsed, words

CREATED = "2026-01-02T03:04:05.678901Z"
_REASONS = {"length": "length"}


class OllamaWire:
    """POST /api/chat; it streams unless the request says otherwise."""

    stream_type = "application/x-ndjson"
    streams_by_default = True

    def whole(self, answer: Answer, call: Call) -> Json:
        """One object with the message and the counts."""
        message: Json = {"role": "assistant", "content": answer.text}
        if answer.thinking:
            message["thinking"] = answer.thinking
        if answer.calls:
            message["tool_calls"] = _calls(answer, call)
        return {**_head(answer, call), "message": message, **_end(answer)}

    def pieces(self, answer: Answer, call: Call) -> Iterator[bytes]:
        """A line for each piece, tool calls whole, and a last line with the counts."""
        head = _head(answer, call)
        for said in _said(answer, call):
            yield _line({**head, "message": {"role": "assistant", "content": "", **said}, "done": False})
        if answer.failure:
            yield _line(self.error(answer.failure))
        if not answer.partial:
            yield _line({**head, "message": {"role": "assistant", "content": ""}, **_end(answer)})

    def error(self, refusal: Refusal) -> Json:
        """Ollama's error is a sentence."""
        return {"error": refusal.message}

    def broken(self) -> bytes:
        """A line of broken JSON."""
        return BROKEN_JSON + b"\n"


def _line(value: Json) -> bytes:
    return dumps(value) + b"\n"


def _head(answer: Answer, call: Call) -> Json:
    return {"model": answer.model or call.model, "created_at": CREATED}


def _said(answer: Answer, call: Call) -> Iterator[Json]:
    for piece in words(answer.thinking):
        yield {"thinking": piece}
    for piece in words(answer.text):
        yield {"content": piece}
    if answer.calls:
        yield {"tool_calls": _calls(answer, call)}


def _calls(answer: Answer, call: Call) -> list[Json]:
    return [
        {"id": call.tool_id(i), "function": {"index": i, "name": name, "arguments": parsed(arguments)}}
        for i, (name, arguments) in enumerate(answer.calls)
    ]


def _end(answer: Answer) -> Json:
    end: Json = {
        "done": True,
        "done_reason": _REASONS.get(answer.finish, "stop"),
        "total_duration": 5_000_000,
    }
    if answer.usage is not None:
        end["prompt_eval_count"] = answer.usage.read
        end["eval_count"] = answer.usage.output
    return end
