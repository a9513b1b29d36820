"""OpenAI's Chat Completions, as OpenAI and the servers compatible with it write them."""

from __future__ import annotations

from collections.abc import Iterator

from muster.domain.models.usage import Usage

from .provider_script import Answer, Refusal
from .provider_wire_common import BROKEN_JSON, Call, Json, data_event, halves, words

CREATED = 1_760_000_000
_REASONS = {"refused": "stop", "filtered": "content_filter"}


class ChatWire:
    """POST /v1/chat/completions."""

    stream_type = "text/event-stream"
    streams_by_default = False

    def whole(self, answer: Answer, call: Call) -> Json:
        """One `chat.completion`."""
        said = {"refusal": answer.text} if answer.finish == "refused" else {"content": answer.text or None}
        message: Json = {"role": "assistant", "content": None, "refusal": None, **said}
        if answer.thinking:
            message["reasoning_content"] = answer.thinking
        if answer.calls:
            message["tool_calls"] = [
                {
                    "id": call.tool_id(i),
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for i, (name, arguments) in enumerate(answer.calls)
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(answer)}
        body = {**_head(answer, call), "object": "chat.completion", "choices": [choice]}
        return body if answer.usage is None else {**body, "usage": usage_of(answer.usage)}

    def pieces(self, answer: Answer, call: Call) -> Iterator[bytes]:
        """The `chat.completion.chunk`s, with usage when it was asked for, and [DONE]."""
        head = {**_head(answer, call), "object": "chat.completion.chunk"}
        for delta in _deltas(answer, call):
            yield data_event({**head, "choices": [_choice(delta, None)]})
        if answer.failure:
            yield data_event(self.error(answer.failure))
        if answer.partial:
            return
        yield data_event({**head, "choices": [_choice({}, _reason(answer))]})
        options = call.body.get("stream_options")
        if answer.usage is not None and isinstance(options, dict) and options.get("include_usage"):
            yield data_event({**head, "choices": [], "usage": usage_of(answer.usage)})
        yield b"data: [DONE]\n\n"

    def error(self, refusal: Refusal) -> Json:
        """OpenAI's error object."""
        return openai_error(refusal)

    def broken(self) -> bytes:
        """An event of broken JSON."""
        return b"data: " + BROKEN_JSON + b"\n\n"


def openai_error(refusal: Refusal) -> Json:
    """Write an error as OpenAI does, in both of its formats."""
    kind = "server_error" if refusal.code >= 500 else "invalid_request_error"
    if refusal.code == 429:
        kind = refusal.code_field or "rate_limit_error"
    return {
        "error": {"message": refusal.message, "type": kind, "param": None, "code": refusal.code_field},
    }


def usage_of(usage: Usage) -> Json:
    """Write usage as Chat Completions does: cached tokens are a part of the prompt."""
    return {
        "prompt_tokens": usage.read,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _head(answer: Answer, call: Call) -> Json:
    return {"id": f"chatcmpl-{call.number}", "created": CREATED, "model": answer.model or call.model}


def _reason(answer: Answer) -> str:
    return "tool_calls" if answer.calls else _REASONS.get(answer.finish, answer.finish)


def _choice(delta: Json, reason: str | None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _deltas(answer: Answer, call: Call) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    for piece in words(answer.thinking):
        yield {"reasoning_content": piece}
    field = "refusal" if answer.finish == "refused" else "content"
    for piece in words(answer.text):
        yield {field: piece}
    for index, (name, arguments) in enumerate(answer.calls):
        start = {"name": name, "arguments": ""}
        yield {
            "tool_calls": [{"index": index, "id": call.tool_id(index), "type": "function", "function": start}]
        }
        for piece in halves(arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
