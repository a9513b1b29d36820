"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator

from muster.domain.models.usage import Usage

from .provider_script import Answer, Refusal
from .provider_wire_common import BROKEN_JSON, Call, Json, halves, named_event, parsed, words

SEAL = "c2VhbGVkLXRob3VnaHQ="
_REASONS = {"stop": "end_turn", "length": "max_tokens", "refused": "refusal", "filtered": "refusal"}
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class MessagesWire:
    """POST /v1/messages."""

    stream_type = "text/event-stream; charset=utf-8"
    streams_by_default = False

    def whole(self, answer: Answer, call: Call) -> Json:
        """One `message`."""
        content: list[Json] = []
        if answer.thinking:
            content.append({"type": "thinking", "thinking": answer.thinking, "signature": SEAL})
        if answer.text:
            content.append({"type": "text", "text": answer.text, "citations": None})
        for index, (name, arguments) in enumerate(answer.calls):
            content.append(_tool(call.tool_id(index), name, parsed(arguments)))
        return _message(answer, call, content, _reason(answer), _usage(answer.usage))

    def pieces(self, answer: Answer, call: Call) -> Iterator[bytes]:
        """From `message_start` to `message_stop`, a ping among them."""
        start = {**_usage(answer.usage), "output_tokens": 1 if answer.usage else 0}
        yield named_event({"type": "message_start", "message": _message(answer, call, [], None, start)})
        yield named_event({"type": "ping"})
        blocks = list(_blocks(answer, call))
        for index, (opening, deltas) in enumerate(blocks):
            yield named_event({"type": "content_block_start", "index": index, "content_block": opening})
            for delta in deltas:
                yield named_event({"type": "content_block_delta", "index": index, "delta": delta})
            if not (answer.partial and index == len(blocks) - 1):
                yield named_event({"type": "content_block_stop", "index": index})
        if answer.failure:
            yield named_event(self.error(answer.failure))
        if answer.partial:
            return
        delta = {"stop_reason": _reason(answer), "stop_sequence": None}
        yield named_event({"type": "message_delta", "delta": delta, "usage": _usage(answer.usage)})
        yield named_event({"type": "message_stop"})

    def error(self, refusal: Refusal) -> Json:
        """Anthropic's error object."""
        kind = refusal.code_field or _ERRORS.get(refusal.code, "api_error")
        return {
            "type": "error",
            "error": {"type": kind, "message": refusal.message},
            "request_id": "req_scripted",
        }

    def broken(self) -> bytes:
        """An event of broken JSON."""
        return b"event: message_start\ndata: " + BROKEN_JSON + b"\n\n"


def _message(answer: Answer, call: Call, content: list[Json], reason: str | None, usage: Json) -> Json:
    return {
        "id": f"msg_{call.number}",
        "type": "message",
        "role": "assistant",
        "model": answer.model or call.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": usage,
    }


def _usage(usage: Usage | None) -> Json:
    counted = usage or Usage()
    return {
        "input_tokens": counted.input,
        "cache_creation_input_tokens": counted.cache_write,
        "cache_read_input_tokens": counted.cache_read,
        "output_tokens": counted.output,
        "output_tokens_details": {"thinking_tokens": counted.reasoning},
    }


def _reason(answer: Answer) -> str:
    return "tool_use" if answer.calls else _REASONS.get(answer.finish, answer.finish)


def _tool(call_id: str, name: str, given: Json) -> Json:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def _blocks(answer: Answer, call: Call) -> Iterator[tuple[Json, list[Json]]]:
    if answer.thinking:
        thoughts: list[Json] = [{"type": "thinking_delta", "thinking": one} for one in words(answer.thinking)]
        thoughts.append({"type": "signature_delta", "signature": SEAL})
        yield {"type": "thinking", "thinking": "", "signature": ""}, thoughts
    if answer.text:
        yield (
            {"type": "text", "text": ""},
            [{"type": "text_delta", "text": piece} for piece in words(answer.text)],
        )
    for index, (name, arguments) in enumerate(answer.calls):
        given = ["", *halves(arguments)]
        deltas: list[Json] = [{"type": "input_json_delta", "partial_json": piece} for piece in given]
        yield _tool(call.tool_id(index), name, {}), deltas
