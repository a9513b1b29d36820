"""A conversation as Markdown, to be read or kept elsewhere."""

from __future__ import annotations

import re
from decimal import Decimal

from .conversation import ChatEntry, Conversation, Spent

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


def as_markdown(conversation: Conversation) -> str:
    """Title, what the model was told to be, then each message below who said it; ends in a newline."""
    parts = [f"# {_line(conversation.title) or 'Conversation'}", _about(conversation)]
    if conversation.system:
        parts += ["## System", _closed(conversation.system)]
    for entry in conversation.entries:
        parts.append(f"## {'You' if entry.asks else _line(entry.model) or 'Model'}")
        if entry.message.content:
            parts.append(_closed(entry.message.content))
        if not entry.asks:
            parts.append(_footnote(entry))
    return "\n\n".join(parts) + "\n"


def _about(conversation: Conversation) -> str:
    started = conversation.started_at.strftime("%Y-%m-%d %H:%M %Z").strip()
    spent = conversation.spent
    return f"Conversation `{conversation.id}`, started {started}; {_took(spent)} in all."


def _footnote(entry: ChatEntry) -> str:
    words = _took(Spent(entry.usage, entry.cost, entry.estimated))
    return f"*{_line(entry.error)}; {words}*" if entry.error else f"*{words}*"


def _took(spent: Spent) -> str:
    about = "about " if spent.estimated else ""
    return f"{about}{spent.usage.total:,} tokens, {about}{_dollars(spent.cost)}"


def _dollars(cost: Decimal | None) -> str:
    if cost is None:
        return "unpriced"
    exact = f"{cost:f}"
    return f"${exact.rstrip('0').rstrip('.') if '.' in exact else exact}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _closed(text: str) -> str:
    """`text` with a code block that was left open at its end closed, so that it does not swallow what follows."""
    fence = ""
    for line in text.splitlines():
        match = FENCE.fullmatch(line)
        if match is None:
            continue
        marks, rest = match.groups()
        if not fence:
            fence = marks
        elif marks[0] == fence[0] and len(marks) >= len(fence) and not rest.strip():
            fence = ""
    return f"{text.rstrip()}\n{fence}" if fence else text.rstrip()
