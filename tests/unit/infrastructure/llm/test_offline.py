"""The offline model arranges evidence and judges nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import (
    Finished,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.count import TokenCount
from muster.domain.tools.spec import ToolCategory, ToolSpec
from muster.infrastructure.llm.offline import NOTHING_JUDGED, OFFLINE, OfflineModel, search_terms

LINT = ToolSpec("ruff", "lint", {"type": "object"}, ToolCategory.ANALYSIS)
SEARCH = ToolSpec("search-workspace", "search", {"type": "object"}, ToolCategory.SEARCH)
READ = ToolSpec("read-file", "read", {"type": "object"}, ToolCategory.READ)


class FakeWords(TokenCounter):
    """A token a word."""

    def count(self, text: str) -> TokenCount:
        """Words between blanks."""
        return TokenCount(len(text.split()))


async def answer(messages: Sequence[Message], *tools: ToolSpec) -> list[ModelEvent]:
    """All events of one call."""
    return [event async for event in OfflineModel(FakeWords()).stream(ModelRequest(tuple(messages), tools))]


def said(events: Sequence[ModelEvent]) -> dict[str, Any]:
    """The report in the text."""
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    value: dict[str, Any] = json.loads(text)
    return value


def user(text: str) -> Message:
    """What the agent is asked."""
    return Message(Role.USER, text)


def result(tool: str, value: object) -> Message:
    """What a tool answered."""
    return Message(Role.TOOL, json.dumps(value), name=tool, tool_call_id="1")


async def test_it_calls_every_evidence_tool_it_was_given_and_searches_for_the_telling_words() -> None:
    """Analysis tools without arguments, the search with the names of the task, nothing else."""
    events = await answer([user("# Task\nWhy does parse_invoice fail in billing.py?")], LINT, READ, SEARCH)
    calls = [(event.name, json.loads(event.arguments)) for event in events if isinstance(event, ToolCallDone)]
    assert calls == [("ruff", {}), ("search-workspace", {"terms": ["parse_invoice", "fail", "billing.py"]})]
    assert events[-1] == Finished("tool_calls", OFFLINE.name)  # type: ignore[arg-type]


async def test_it_cites_all_evidence_and_says_that_it_judged_nothing() -> None:
    """Counts by severity in words, one citation a finding, the disclaimer at the end."""
    evidence = {
        "status": "measured", "looked_at": 3, "counts": {"high": 1, "low": 2},
        "findings": [{"evidence": "aa"}, {"evidence": "bb"}],
    }  # fmt: skip
    report = said(await answer([user("# Task\nx"), result("ruff", evidence)], LINT))
    assert report["summary"] == f"ruff: 1 high, 2 low in 3 files. {NOTHING_JUDGED}"
    assert report["findings"] == [{"evidence": "aa"}, {"evidence": "bb"}]


async def test_a_tool_that_did_not_measure_is_never_told_as_clean() -> None:
    """Failed, no input, and an answer that is no JSON are each told in words."""
    failed = result("secrets", {"status": "failed", "reason": "timed out"})
    broken = Message(Role.TOOL, "<<not json>>", name="docs", tool_call_id="2")
    summary = said(await answer([user("# Task\nx"), failed, broken], LINT))["summary"]
    assert "secrets: not measured, timed out." in summary
    assert "docs: not measured, <<not json>>." in summary
    assert "nothing found" not in summary


async def test_a_manager_gives_every_worker_its_part() -> None:
    """Delegations name exactly the workers it was given."""
    prompt = "# Task\nreview it\n\n# Assignment\nlead\n\n# Workers\n- code-reviewer\n- critic"
    report = said(await answer([user(prompt)]))
    assert report["delegations"] == {
        "code-reviewer": "Your part of: review it",
        "critic": "Your part of: review it",
    }


async def test_reports_of_others_are_put_together_without_repeating_the_disclaimer() -> None:
    """Each voice once, the disclaimer once."""
    from_a, from_b = (f"## response from {name}\n{name.upper()} found. {NOTHING_JUDGED}" for name in "ab")
    messages = f"# Messages\n{from_a}\n\n{from_b}"
    summary = said(await answer([user(f"# Task\nt\n\n{messages}")]))["summary"]
    assert summary == f"2 reports. [a] A found. [b] B found. {NOTHING_JUDGED}"


async def test_without_tools_and_reports_it_says_that_judgement_is_needed() -> None:
    """It never makes something up."""
    summary = said(await answer([user("# Task\nwrite a poem")]))["summary"]
    assert summary == f"This needs judgement, and there was no tool to gather evidence with. {NOTHING_JUDGED}"


async def test_the_same_request_gives_the_same_bytes() -> None:
    """Deterministic in every call."""
    request = [user("# Task\nreview billing"), result("ruff", {"status": "measured", "looked_at": 1})]
    assert await answer(request, LINT, SEARCH) == await answer(request, LINT, SEARCH)


async def test_usage_is_counted_and_costs_exactly_nothing() -> None:
    """Tokens as a real model would have read and written, at a price of zero."""
    events = await answer([user("# Task\none two three")])
    (usage,) = [event.usage for event in events if isinstance(event, UsageReported)]
    assert usage.input == 5
    assert usage.output == len(json.dumps(said(events), ensure_ascii=False).split())
    assert OFFLINE.cost(usage) == Decimal(0)
    assert OFFLINE.cost(Usage(input=10**9)) == 0


def test_search_terms_are_names_and_rare_words_at_most_six() -> None:
    """Common words of tasks are left out, order and case are kept."""
    assert search_terms("Please find where RetryPolicy.backoff is used in the test code") == [
        "RetryPolicy.backoff",
        "used",
    ]
    assert len(search_terms(" ".join(f"name_{i}" for i in range(50)))) == 6
