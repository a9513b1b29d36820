"""The question set of `bench_compression`: which questions, over which documents, with which gold answers.

The texts are not here: `ids.json` names questions and documents of a file that the user has. Its layout is that of the
LoCoMo conversations (github.com/snap-research/locomo, CC BY-NC 4.0): for each conversation sessions of turns, and
questions with the turns that hold the answer. A question is taken when its answer stands word for word in one of
those turns. It is asked over that session and other sessions of the same two people: hard distractors, since all of
them share names and topics.

    python -m benchmarks.compression_set FILE    # chooses anew, and writes ids.json
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IDS = Path(__file__).parent / "compression_data" / "ids.json"
DOCUMENTS = 15
SEED = 20_26


@dataclass(frozen=True, slots=True)
class Question:
    """A question over several documents in one text; `gold` is the normalised answer."""

    id: str
    half: str
    text: str
    gold: str
    context: str


def normalised(text: str) -> str:
    """Words in small letters with single spaces around each, so that answers match whole words."""
    return " " + " ".join(re.findall(r"\w+", text.lower())) + " "


def load(path: Path) -> list[Question]:
    """The questions that `ids.json` names, with their texts from the file at `path`."""
    content = path.read_bytes()
    chosen = json.loads(IDS.read_text())
    digest = hashlib.sha256(content).hexdigest()
    assert digest == chosen["sha256"], f"{path} is not the file that the question set was chosen from"
    conversations = {entry["sample_id"]: entry for entry in json.loads(content)}
    return [_question(entry, conversations[entry["conversation"]]) for entry in chosen["questions"]]


def _question(entry: dict[str, Any], source: dict[str, Any]) -> Question:
    asked = source["qa"][entry["number"]]
    context = "\n\n".join(_document(source["conversation"], key) for key in entry["sessions"])
    gold = normalised(str(asked["answer"]))
    assert gold in normalised(context)
    return Question(
        f"{entry['conversation']}/{entry['number']}", entry["half"], asked["question"], gold, context
    )


def _document(conversation: dict[str, Any], key: str) -> str:
    """A session with its title, a line a turn."""
    title = f"Session {key.removeprefix('session_')}, {conversation.get(f'{key}_date_time', '')}"
    return "\n".join([title, *(f"{turn['speaker']}: {turn['text']}" for turn in conversation[key])])


def choose(path: Path) -> dict[str, Any]:
    """Ids of all questions whose answer stands in the turn that they name, alternately for tuning and for reporting."""
    content = path.read_bytes()
    rng = random.Random(SEED)  # noqa: S311 - a choice that can be repeated
    found = [entry for source in json.loads(content) for entry in _candidates(source, rng)]
    rng.shuffle(found)
    for place, entry in enumerate(found):
        entry["half"] = "tune" if place % 2 else "report"
    return {"sha256": hashlib.sha256(content).hexdigest(), "documents": DOCUMENTS, "questions": found}


def _candidates(source: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    conversation = source["conversation"]
    sessions = [key for key, value in conversation.items() if isinstance(value, list) and value]
    turns = {turn["dia_id"]: (key, turn["text"]) for key in sessions for turn in conversation[key]}
    for number, asked in enumerate(source["qa"]):
        gold = normalised(str(asked.get("answer", "")))
        holding = [
            turns[one][0] for one in asked["evidence"] if one in turns and gold in normalised(turns[one][1])
        ]
        if gold.strip() and holding:
            others = [key for key in sessions if key != holding[0]]
            chosen = [holding[0], *rng.sample(others, min(DOCUMENTS - 1, len(others)))]
            rng.shuffle(chosen)
            yield {"conversation": source["sample_id"], "number": number, "sessions": chosen}


if __name__ == "__main__":
    IDS.parent.mkdir(exist_ok=True)
    chosen_ids = choose(Path(sys.argv[1]))
    lines = ",\n".join(json.dumps(entry) for entry in chosen_ids.pop("questions"))
    IDS.write_text(json.dumps(chosen_ids)[:-1] + ', "questions": [\n' + lines + "\n]}\n")
    print(IDS)
