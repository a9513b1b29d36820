"""The offline model: arranges evidence by rules, with no key, no network and no opinion."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ...domain.messaging.message import Message, Role
from ...domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import FREE, ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ...domain.tools.spec import ToolCategory, ToolSpec

OFFLINE = ModelInfo(
    id="evidence",
    provider="offline",
    tier=ModelTier.CHEAP,
    context_window=128_000,
    max_output=16_384,
    prices=FREE,
    judges=False,
)
NOTHING_JUDGED = "No language model was used: this is what the tools measured, nothing was judged or written."
TERM = re.compile(r"[A-Za-z_][\w.]{3,}")
COMMON = frozenset(
    [
        "about",
        "after",
        "again",
        "also",
        "because",
        "been",
        "before",
        "between",
        "could",
        "does",
        "doing",
        "done",
        "each",
        "even",
        "find",
        "from",
        "have",
        "here",
        "into",
        "just",
        "like",
        "look",
        "make",
        "many",
        "more",
        "most",
        "much",
        "need",
        "only",
        "other",
        "over",
        "please",
        "should",
        "some",
        "such",
        "tell",
        "than",
        "that",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "this",
        "those",
        "through",
        "under",
        "until",
        "very",
        "want",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "whose",
        "will",
        "with",
        "would",
        "your",
        "review",
        "check",
        "code",
        "file",
        "files",
        "test",
        "tests",
        "write",
        "explain",
        "show",
    ]
)
MAX_TERMS = 6
SHOWN_PLACES = 5


class OfflineModel(LanguageModel):
    """Calls the evidence tools it is offered, then cites all that they found.

    Deterministic: the same messages and tools give the same answer, byte for byte. Usage is what a real model
    with the o200k vocabulary would have been charged for; the price is exactly 0.
    """

    def __init__(self, counter: TokenCounter, tier: ModelTier = OFFLINE.tier) -> None:
        self._counter = counter
        self._info = OFFLINE.in_tier(tier)

    @property
    def info(self) -> ModelInfo:
        """Free, and never judging; in the tier whose work it does."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Ask for evidence first; once it is there, or none is to be had, answer."""
        calls = _calls(request)
        answer = "" if calls else json.dumps(_answer(request.messages), ensure_ascii=False)
        read = sum(self._counter.count(message.content).tokens for message in request.messages)
        written = self._counter.count(answer or json.dumps([call.arguments for call in calls])).tokens
        for call in calls:
            yield call
        if answer:
            yield TextDelta(answer)
        yield UsageReported(Usage(input=read, output=written))
        yield Finished(FinishReason.TOOL_CALLS if calls else FinishReason.STOP, OFFLINE.name)


def _calls(request: ModelRequest) -> list[ToolCallDone]:
    """One call of every tool, in the order of the offer, unless answers are already there."""
    if any(message.role is Role.TOOL for message in request.messages):
        return []
    prompt = _prompt(request.messages)
    calls: list[ToolCallDone] = []
    for tool in request.tools:
        arguments = _arguments(tool, prompt)
        if arguments is not None:
            calls.append(ToolCallDone(len(calls), tool.name, json.dumps(arguments)))
    return calls


def _arguments(tool: ToolSpec, prompt: str) -> dict[str, Any] | None:
    """What to call a tool with; None for one that rules cannot use."""
    if tool.category is ToolCategory.ANALYSIS:
        return {}
    if tool.category is ToolCategory.SEARCH:
        terms = search_terms(_section(prompt, "# Task"))
        return {"terms": terms} if terms else None
    return None


def search_terms(task: str) -> list[str]:
    """The telling words of a task: names and rare words, as written, at most six."""
    words = dict.fromkeys(word.strip(".") for word in TERM.findall(task))
    return [word for word in words if word.lower() not in COMMON][:MAX_TERMS]


def _answer(messages: Sequence[Message]) -> dict[str, Any]:
    prompt = _prompt(messages)
    workers = re.findall(r"^- (\S+)$", _section(prompt, "# Workers"), re.MULTILINE)
    results = [_result(message) for message in messages if message.role is Role.TOOL]
    reports = _section(prompt, "# Messages")
    if results:
        summary = " ".join(_sentence(result) for result in results)
    elif workers:
        summary = f"Each of {', '.join(workers)} works on the task with its own tools."
    elif reports:
        summary = _merged(reports)
    else:
        summary = "This needs judgement, and there was no tool to gather evidence with."
    task = _section(prompt, "# Task")
    return {
        "summary": f"{summary} {_remembered(messages)}{NOTHING_JUDGED}",
        "findings": [
            {"evidence": item["evidence"]} for result in results for item in result.get("findings", ())
        ],
        "delegations": dict.fromkeys(workers, f"Your part of: {task}"),
    }


def _remembered(messages: Sequence[Message]) -> str:
    """The notes of earlier work that stand in front of the task, put before whoever reads the answer."""
    told = (_section(message.content, "# Remembered") for message in messages if message.role is Role.USER)
    notes = [note for section in told for note in re.findall(r"^- (.+)$", section, re.MULTILINE)]
    return f"Remembered of earlier work: {'; '.join(notes).rstrip('.')}. " if notes else ""


def _result(message: Message) -> dict[str, Any]:
    try:
        value = json.loads(message.content)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return {"tool": message.name, **value}
    return {"tool": message.name, "status": "failed", "reason": message.content[:200]}


def _sentence(result: dict[str, Any]) -> str:
    """One tool's result in words."""
    tool = result["tool"]
    if "matches" in result:
        places = "; ".join(
            f"{match['place']} {match['text'][:60]}" for match in result["matches"][:SHOWN_PLACES]
        )
        found = len(result["matches"]) + result.get("more", 0)
        return (
            f"{tool}: {found} matching lines, the most telling ones: {places}."
            if found
            else f"{tool}: no match."
        )
    if result.get("error"):
        return f"{tool}: {result['error']}."
    if result.get("status") != "measured":
        return f"{tool}: not measured, {result.get('reason') or 'no reason given'}."
    counts = result.get("counts", {})
    said = ", ".join(f"{count} {severity}" for severity, count in counts.items()) or "nothing found"
    files = "1 file" if result["looked_at"] == 1 else f"{result['looked_at']} files"
    return f"{tool}: {said} in {files}."


def _merged(reports: str) -> str:
    """What several agents said, one paragraph each, without repeating what all of them say."""
    parts = re.split(r"^## \w+ from (\S+)\n", reports, flags=re.MULTILINE)[1:]
    said = [
        (name, text.replace(NOTHING_JUDGED, "").strip())
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    tally = Counter(name for name, _ in said)
    return f"{len(tally)} reports. " + " ".join(f"[{name}] {text}" for name, text in said)


def _prompt(messages: Sequence[Message]) -> str:
    return next((message.content for message in reversed(messages) if message.role is Role.USER), "")


def _section(prompt: str, heading: str) -> str:
    """The text below a `# Heading` line, up to the next one of its level."""
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^# |\Z)", prompt, re.MULTILINE | re.DOTALL)
    return match.group(1).strip() if match else ""
