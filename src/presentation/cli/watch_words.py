"""The records of a run in people's words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ...domain.journal.record import Record, RecordKind
from ..reports.wording import count, duration, money

MODEL = re.compile(r"(?:^|/)model/(\d+)$")
TOOL = re.compile(r"(?:^|/)tool/(\d+)/(.+)$")
STARTED, WAITING, DECISION, EDITS = "/started", "waiting:", "decision/", "edits/"


class Narrator:
    """Tells each record in a line; it remembers what later ones refer to."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._tools: dict[str, str] = {}
        self._epoch = 0

    def tell(self, record: Record) -> list[str]:
        """The lines for the next record, none for what nobody needs to know."""
        lines = []
        if record.epoch > self._epoch > 0:
            lines.append("the run goes on, driven anew")
        self._epoch = max(self._epoch, record.epoch)
        words = self._words(record, _content(record.payload))
        if words:
            lines.append(f"{words} (taken over)" if record.epoch == 0 else words)
        return lines

    def _words(self, record: Record, content: Mapping[str, Any]) -> str:
        key = record.key
        match record.kind:
            case RecordKind.INTENT:
                return self._begun(key)
            case RecordKind.RESULT:
                return self._done(key, content)
            case RecordKind.FAILURE:
                self._open.discard(key)
                return f"{_subject(key)}: {_text(content.get('error')) or 'failed'}"
            case _:
                return _word(record, content)

    def _begun(self, key: str) -> str:
        again = key in self._open
        self._open.add(key)
        if call := MODEL.search(key):
            lost = ": again, for the answer was lost" if again else ""
            return f"{_agent_of(key)}: asks its model (call {call.group(1)}){lost}"
        return f"{_subject(key)}: {'begins again' if again else 'begins'}"

    def _done(self, key: str, content: Mapping[str, Any]) -> str:
        self._open.discard(key)
        if call := MODEL.search(key):
            self._remember(key, call.group(1), content)
            return f"{_agent_of(key)}: {_answer(content)}"
        if TOOL.search(key):
            name = self._tools.get(key, "a tool")
            failure = _text(content.get("failure"))
            return f"{_agent_of(key)}: {name}: {failure}" if failure else f"{_agent_of(key)}: {name}: done"
        if key.startswith("evidence/"):
            return _evidence(key.removeprefix("evidence/"), content)
        return f"{key}: done"

    def _remember(self, key: str, number: str, content: Mapping[str, Any]) -> None:
        place = key.removesuffix(f"model/{number}")
        for call in _list(content.get("tool_calls")):
            self._tools[f"{place}tool/{number}/{_text(call.get('call_id'))}"] = _text(call.get("name"))


def _word(record: Record, content: Mapping[str, Any]) -> str:
    """A record that is no step of an agent."""
    match record.kind:
        case RecordKind.AGENT:
            return _agent(record.key, content)
        case RecordKind.TIMER:
            return f"{record.key}: waits until {record.payload.strip(chr(34))}"
        case RecordKind.SIGNAL:
            return _signal(record.key, content)
        case _:
            return _event(record.key, content)


def _answer(content: Mapping[str, Any]) -> str:
    """Which model said what kind of thing, for how much."""
    attempts = _list(content.get("attempts"))
    usage = _mapping(content.get("usage"))
    tokens = sum(value for name, value in usage.items() if name != "reasoning" and isinstance(value, int))
    asked = ", ".join(_text(call.get("name")) for call in _list(content.get("tool_calls")))
    said = f"asks for {asked}" if asked else "answers"
    tried = f" after {count(len(attempts), 'attempt')}" if len(attempts) > 1 else ""
    return f"{_text(content.get('model'))} {said}{tried}: {count(tokens, 'token')}, {money(_cost(attempts))}"


def _cost(attempts: list[Mapping[str, Any]]) -> Decimal | None:
    """Dollars over all of them; None when one is unpriced or cannot be read."""
    try:
        return sum((Decimal(str(attempt.get("cost"))) for attempt in attempts), Decimal(0))
    except InvalidOperation:
        return None


def _evidence(tool: str, content: Mapping[str, Any]) -> str:
    if content.get("status") == "measured":
        return f"{tool}: {count(len(_list(content.get('findings'))), 'finding')}"
    return f"{tool}: {_text(content.get('status'))}: {_text(content.get('reason'))}".removesuffix(": ")


def _agent(key: str, content: Mapping[str, Any]) -> str:
    result = _mapping(content.get("result"))
    spent = result.get("duration")
    took = f", {duration(spent)}" if isinstance(spent, int | float) else ""
    if result.get("status") != "completed":
        error = _text(result.get("error"))
        return f"{key}: {_text(result.get('status'))}{took}{f': {error}' if error else ''}"
    return f"{key}: done, {count(len(_list(result.get('findings'))), 'finding')}{took}"


def _signal(key: str, content: Mapping[str, Any]) -> str:
    said = _content(_text(content.get("payload")))
    who = f" by {sender}" if (sender := _text(content.get("sender"))) else ""
    reason = f": {words}" if (words := _text(said.get("reason"))) else ""
    if "approved" in said:
        return f"{'approved' if said['approved'] is True else 'denied'}{who}: {key}{reason}"
    if "do" in said:
        return f"to be {'made again' if said['do'] == 'retry' else 'skipped'}{who}: {key}{reason}"
    return f"word received{who}: {key}"


def _event(key: str, content: Mapping[str, Any]) -> str:
    if key.endswith(STARTED):
        return f"{key.removesuffix(STARTED)}: began"
    words = _text(content.get("words"))
    if key.startswith(WAITING):
        return f"waits: {words}"
    if key.startswith(DECISION) or f"/{DECISION}" in key:
        return f"decided: {words}"
    if key.startswith(EDITS):
        return _edits(content)
    return f"{key}: {words}" if words else key


def _edits(content: Mapping[str, Any]) -> str:
    """Who stages which files, or whose edits are gone; their text is not told."""
    if step := _text(content.get("taken_back")):
        return f"{step}: its edits are taken back"
    changes = _list(content.get("changes"))
    authors = ", ".join(dict.fromkeys(_text(one.get("author")) for one in changes))
    return f"{authors}: stages {', '.join(dict.fromkeys(_text(one.get('path')) for one in changes))}"


def _subject(key: str) -> str:
    return f"{_agent_of(key)}: call {call.group(1)}" if (call := MODEL.search(key)) else key


def _agent_of(key: str) -> str:
    """The agent's step that a step belongs to."""
    return re.split(r"/?(?:model|tool)/", key, maxsplit=1)[0] or key


def _content(payload: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(payload))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
