"""LoCoMo, as what measures memory reads it: every turn of a dialogue is an entry, every session a conversation."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.long_term_store import LongTermStore

LOCOMO = Path(os.environ.get("MUSTER_LOCOMO", "../shared/data/locomo-dev.json"))
FORM = "%I:%M %p on %d %B, %Y"


async def remember(store: LongTermStore, dialogue: dict[str, Any]) -> int:
    """Store all turns; how many there are."""
    talk, turns = dialogue["conversation"], 0
    for number in range(1, 100):
        if f"session_{number}" not in talk:
            continue
        said = datetime.strptime(talk[f"session_{number}_date_time"], FORM).replace(tzinfo=UTC)
        for turn in talk[f"session_{number}"]:
            origin = Origin(conversation=str(number), said_at=said)
            await store.store(turn["dia_id"], f"{turn['speaker']}: {turn['text']}", origin=origin)
            turns += 1
    return turns


async def shares(store: LongTermStore, dialogue: dict[str, Any]) -> list[float]:
    """Of each question, the share of its evidence among the first ten hits."""
    found = []
    for question in dialogue["qa"]:
        if evidence := question.get("evidence"):
            keys = {hit.entry.key for hit in await store.search(Query(words=question["question"]))}
            found.append(sum(one in keys for one in evidence) / len(evidence))
    return found
