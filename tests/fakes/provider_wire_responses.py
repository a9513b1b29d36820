"""OpenAI's Responses."""

from __future__ import annotations

from collections.abc import Iterator

from muster.domain.models.usage import Usage

from .provider_script import Answer, Refusal
from .provider_wire_chat import CREATED, openai_error
from .provider_wire_common import BROKEN_JSON, Call, Json, halves, named_event, words

ENCRYPTED = "reasoning.encrypted_content"


class ResponsesWire:
    """POST /v1/responses."""

    stream_type = "text/event-stream; charset=utf-8"
    streams_by_default = False

    def whole(self, answer: Answer, call: Call) -> Json:
        """One `response`."""
        response = _response(answer, call, _status(answer), _items(answer, call))
        if answer.usage is not None:
            response["usage"] = usage_of(answer.usage)
        if response["status"] == "incomplete":
            reason = "max_output_tokens" if answer.finish == "length" else "content_filter"
            response["incomplete_details"] = {"reason": reason}
        return response

    def pieces(self, answer: Answer, call: Call) -> Iterator[bytes]:
        """From `response.created` to `response.completed`, numbered."""
        for number, event in enumerate(_events(self, answer, call)):
            yield named_event({**event, "sequence_number": number})

    def error(self, refusal: Refusal) -> Json:
        """OpenAI's error object."""
        return openai_error(refusal)

    def broken(self) -> bytes:
        """An event of broken JSON."""
        return b"event: response.created\ndata: " + BROKEN_JSON + b"\n\n"


def usage_of(usage: Usage) -> Json:
    """Write usage as Responses does: cached tokens are a part of the input."""
    return {
        "input_tokens": usage.read,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }


def _status(answer: Answer) -> str:
    return "incomplete" if answer.finish in ("length", "filtered") else "completed"


def _response(answer: Answer, call: Call, status: str, output: list[Json]) -> Json:
    return {
        "id": f"resp_{call.number}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": call.body.get("instructions"),
        "metadata": {},
        "model": answer.model or call.model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": call.body.get("temperature", 1.0),
        "tool_choice": "auto",
        "tools": call.body.get("tools", []),
        "top_p": 1.0,
        "usage": None,
    }


def _items(answer: Answer, call: Call) -> list[Json]:
    items: list[Json] = []
    if answer.thinking:
        items.append(_reasoning(call, [{"type": "summary_text", "text": answer.thinking}]))
    if answer.text or not (answer.calls or answer.thinking):
        status = "incomplete" if _status(answer) == "incomplete" else "completed"
        items.append(_message(call, status, [_part(answer, answer.text)] if answer.text else []))
    for index, (name, arguments) in enumerate(answer.calls):
        items.append(_call(call, index, name, arguments))
    return items


def _reasoning(call: Call, summary: list[Json]) -> Json:
    item: Json = {"id": f"rs_{call.number}", "type": "reasoning", "summary": summary}
    include = call.body.get("include")
    if isinstance(include, list) and ENCRYPTED in include:
        item["encrypted_content"] = f"sealed-{call.number}"
    return item


def _message(call: Call, status: str, content: list[Json]) -> Json:
    return {
        "id": f"msg_{call.number}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def _part(answer: Answer, text: str) -> Json:
    if answer.finish == "refused":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _call(call: Call, index: int, name: str, arguments: str, status: str = "completed") -> Json:
    return {
        "id": f"fc_{call.number}_{index}",
        "type": "function_call",
        "call_id": call.tool_id(index),
        "name": name,
        "arguments": arguments,
        "status": status,
    }


def _events(wire: ResponsesWire, answer: Answer, call: Call) -> Iterator[Json]:
    started = _response(answer, call, "in_progress", [])
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    items = _items(answer, call)
    for index, item in enumerate(items):
        ends = not (answer.partial and index == len(items) - 1)
        yield from _item_events(answer, item, index, ends)
    if answer.failure:
        error = {"code": answer.failure.code_field, "message": answer.failure.message}
        yield {"type": "response.failed", "response": {**started, "status": "failed", "error": error}}
    if not answer.partial:
        whole = wire.whole(answer, call)
        yield {"type": f"response.{whole['status']}", "response": whole}


def _item_events(answer: Answer, item: Json, index: int, ends: bool) -> Iterator[Json]:
    """The events of one output item; one that does not end stops after its last piece."""
    emptied: dict[str, Json] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    kind = str(item["type"])
    opened = {**item, **emptied[kind]}
    if kind != "reasoning":
        opened["status"] = "in_progress"
    yield {"type": "response.output_item.added", "output_index": index, "item": opened}
    at: Json = {"item_id": item["id"], "output_index": index}
    if kind == "function_call":
        yield from _pieced("response.function_call_arguments", at, "arguments", str(item["arguments"]), ends)
    elif kind == "reasoning":
        part: Json = {"type": "summary_text", "text": answer.thinking}
        at = {**at, "summary_index": 0}
        yield from _part_events("response.reasoning_summary_part", "reasoning_summary_text", at, part, ends)
    elif answer.text:
        name = "refusal" if answer.finish == "refused" else "output_text"
        part_of = _part(answer, answer.text)
        yield from _part_events("response.content_part", name, {**at, "content_index": 0}, part_of, ends)
    if ends:
        yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _part_events(part_name: str, text_name: str, at: Json, part: Json, ends: bool) -> Iterator[Json]:
    field = "refusal" if part["type"] == "refusal" else "text"
    extra: Json = {"logprobs": []} if part["type"] == "output_text" else {}
    yield {"type": f"{part_name}.added", **at, "part": {**part, field: ""}}
    yield from _pieced(f"response.{text_name}", {**at, **extra}, field, str(part[field]), ends)
    if ends:
        yield {"type": f"{part_name}.done", **at, "part": part}


def _pieced(name: str, at: Json, field: str, text: str, ends: bool) -> Iterator[Json]:
    for piece in halves(text) if field == "arguments" else words(text):
        yield {"type": f"{name}.delta", **at, "delta": piece}
    if ends:
        yield {"type": f"{name}.done", **at, field: text}
