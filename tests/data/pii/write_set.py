"""Writes `tune.jsonl` and `held.jsonl` from the templates: `python -m tests.data.pii.write_set`.

A template goes to one half with all of its sentences, so that the held half holds phrasings nobody tuned on.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path

from tests.data.pii.values import HARMLESS, PERSONAL

HERE = Path(__file__).parent
SLOT = re.compile("«([A-Za-z0-9_.]+)»")
EACH = 4


def sentence(template: str, rng: random.Random) -> dict[str, object]:
    """One sentence: its text, and the kind and place of what is personal in it."""
    pieces: list[str] = []
    spans: list[tuple[str, int, int]] = []
    length = last = 0
    for slot in SLOT.finditer(template):
        name = slot[1]
        value = (PERSONAL | HARMLESS)[name](rng)
        before = template[last : slot.start()]
        start = length + len(before)
        pieces += [before, value]
        length, last = start + len(value), slot.end()
        if name in PERSONAL:
            spans.append((name.partition(".")[0], start, length))
    return {"text": "".join([*pieces, template[last:]]), "spans": spans}


def halves() -> dict[str, list[dict[str, object]]]:
    """All sentences by half; a template is given up to four times, and none comes twice."""
    made: dict[str, list[dict[str, object]]] = {"tune": [], "held": []}
    for line in (HERE / "templates.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        digest = hashlib.sha256(line.encode()).digest()
        rng = random.Random(digest)
        half = made["held" if digest[0] % 2 else "tune"]
        sentences = [sentence(line.replace("\\n", "\n"), rng) for _ in range(EACH)]
        half += list({str(each["text"]): each for each in sentences}.values())
    return made


if __name__ == "__main__":
    for half, sentences in halves().items():
        rows = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in sentences)
        (HERE / f"{half}.jsonl").write_text(rows, encoding="utf-8")
