"""How a lexicon is written down: phrases by how much they say."""

from __future__ import annotations

from dataclasses import dataclass

FIRM = 2.0
PLAIN = 1.2
HINT = 0.5


@dataclass(frozen=True, slots=True)
class Cues:
    """Comma-separated phrases (see phrases.py) of one conclusion.

    `firm` and `plain` say it alone, `hint` only together with others, and `loose` says it alone as long as nothing
    says anything else: "check" is a code review until the task names its tests, docs or licences.
    """

    firm: str = ""
    plain: str = ""
    loose: str = ""
    hint: str = ""
