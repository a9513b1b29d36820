"""What is remembered, in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...domain.memory.backup import Backup
from ...domain.memory.entry import Entry, Hit, Verified
from ...domain.memory.pattern import Pattern
from ...domain.memory.status import MemoryStatus, TierStatus
from ..reports.wording import count, printable
from .plain import clip, columns, shorten

if TYPE_CHECKING:
    from ...application.use_cases.list_memory import Listed

MOST_LINES = 20
"""Of each lesson; `muster memory show` has all of it."""


def listed_as_text(listed: Listed, width: int) -> str:
    """One line an entry."""
    if not listed.total:
        return "nothing is remembered under these keys"
    lines = [_table(listed.entries, width)] if listed.entries else []
    lines += [f"{printable(key)}  cannot be opened: {printable(why)}" for key, why in listed.closed.items()]
    more = listed.total - len(listed.entries) - len(listed.closed)
    return "\n".join([*lines, *([f"… and {more:,} more: --limit N"] if more > 0 else [])])


def hits_as_text(hits: Sequence[Hit], width: int) -> str:
    """One line a hit, the best first."""
    return _table([hit.entry for hit in hits], width) if hits else "nothing was found"


def entry_as_text(entry: Entry, width: int) -> str:
    """One entry, whole."""
    origin = entry.origin
    facts = {
        "class": entry.classification.value,
        "stored": f"{entry.stored_at.astimezone():%Y-%m-%d %H:%M:%S}",
        "owner": origin.owner or "nobody",
        "project": origin.project,
        "author": origin.author,
        "conversation": origin.conversation,
        "said": f"{origin.said_at.astimezone():%Y-%m-%d %H:%M}" if origin.said_at else "",
    }
    lines = [printable(entry.key)]
    lines += [f"  {name:12}  {clip(value, width - 16)}" for name, value in facts.items() if value]
    data = json.dumps(entry.data, indent=2, ensure_ascii=False)
    return "\n".join([*lines, *(printable(line) for line in data.splitlines())])


def patterns_as_text(patterns: Sequence[Pattern], width: int) -> str:
    """Each with its content, and below it where it comes from."""
    if not patterns:
        return "nothing is remembered about that"
    return "\n\n".join(_pattern(one, width) for one in patterns)


def _pattern(pattern: Pattern, width: int) -> str:
    said = pattern.content.splitlines()
    lines = [f"  {clip(line, width - 2)}" for line in said[:MOST_LINES]]
    if len(said) > MOST_LINES:
        lines.append(f"  … {len(said) - MOST_LINES:,} more lines: muster memory show {pattern.id}")
    who = pattern.origin.author or pattern.origin.owner or "nobody"
    when = f"{pattern.stored_at.astimezone():%Y-%m-%d %H:%M}"
    head = f"{pattern.id}  {pattern.classification.value}"
    tags = "".join(f" · {name}={value}" for name, value in pattern.metadata.items())
    return "\n".join([head, *lines, clip(f"  by {who}, {when}{tags}", width)])


def verified_as_text(verified: Verified) -> str:
    """What a check came to."""
    if not verified.damaged:
        return f"{count(verified.entries, 'entry', 'entries')} read, all as they were stored"
    told = "set aside" if verified.repaired else "muster memory verify --repair sets them aside"
    lines = [f"{count(verified.entries, 'entry', 'entries')} read, {len(verified.damaged):,} damaged: {told}"]
    return "\n".join([*lines, *(f"  {printable(key)}" for key in verified.damaged)])


def backup_as_text(backup: Backup) -> str:
    """What was copied, and how to have it back."""
    lines = [
        f"{count(backup.entries, 'entry', 'entries')} copied to {printable(backup.path)}, and read there"
    ]
    if backup.damaged:
        lines += [f"{len(backup.damaged):,} of them damaged, here and there: muster memory verify --repair"]
    return "\n".join([*lines, *(f"  {printable(key)}" for key in backup.damaged)])


def status_as_text(status: MemoryStatus) -> str:
    """Both tiers, and the entries of each class."""
    lines = [_tier("short-term", status.short_term), _tier("long-term", status.long_term)]
    lines += [f"    {name:10} {amount:>8,}" for name, amount in status.by_class.items() if amount]
    lines += [
        f"queue {printable(name)}: {each.waiting:,} waiting, {each.under_way:,} under way"
        for name, each in status.queues.items()
    ]
    if status.sessions:
        lines.append(count(status.sessions, "session"))
    return "\n".join(lines)


def _tier(name: str, tier: TierStatus) -> str:
    if not tier.available:
        return f"{name:10}  {tier.backend}: away: {printable(tier.problem)}"
    return f"{name:10}  {tier.backend}: {count(tier.entries or 0, 'entry', 'entries')}"


def _table(entries: Sequence[Entry], width: int) -> str:
    rows = [("key", "class", "stored", "data")]
    rows += [
        (
            shorten(one.key, 44),
            one.classification.value,
            f"{one.stored_at.astimezone():%Y-%m-%d %H:%M}",
            _gist(one.data),
        )
        for one in entries
    ]
    return columns(rows, width)


def _gist(data: object) -> str:
    match data:
        case {"content": str() as content, "type": str()}:
            return content
        case str():
            return data
        case _:
            return json.dumps(data, ensure_ascii=False)
