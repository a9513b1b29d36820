"""Values that a password or a token is compared with, or that are copied into it.

Only the characters of one line that stand near a name are looked at: the time is in proportion to the text.
"""

from __future__ import annotations

import re

from .secret_judged import Assigned, judged

NEAR = 200
"""Characters before a name."""
CALLS = (
    r"(?:str(?:n|case|ncase|ict)?cmp|memcmp|strn?cpy|strlcpy|sn?printf|hash_equals|compare_digest|[eE]quals"
    r"|ConstantTimeCompare|timingSafeEqual|secure_compare|constant_time_compare)\("
)
"""Functions that compare two texts, or copy one."""
CALLED = re.compile(rf"{CALLS}[^\"'\n]{{0,80}}+$")
FIRST = re.compile(
    r"([\"'`])([^\"'`\\\s]{6,128}+)\1[ \t]?(?:[!=]={1,2}+[ \t]?"
    r"|\.(?:equals|equalsIgnoreCase|contentEquals|Equals|compareTo)\([ \t]?)[$&*@]?[\w.\->]{0,60}+(?:\[[\"']?)?$"
)
"""A value before the name that is compared with it."""
GIVEN = re.compile(
    rf"{CALLS}(?:\[\]byte\()?([\"'`])([^\"'`\\\s]{{6,128}}+)\1\)?,[ \t]{{0,4}}+(?:\[\]byte\()?[$&*@]?[\w.\->]{{0,60}}+$"
)


def is_called_with(text: str, name: re.Match[str], start: int) -> bool:
    """Whether `name` is the argument of a function that compares or copies, so that a value may follow."""
    return CALLED.search(text, max(start, name.start() - NEAR), name.start()) is not None


def compared(text: str, name: re.Match[str], head: str) -> Assigned | None:
    """The value that stands in `head`, the text right before `name`, and is compared with it."""
    if '"' not in head and "'" not in head and "`" not in head:
        return None
    value = FIRST.search(head) or GIVEN.search(head)
    if value is None:
        return None
    first = name.start() - len(head)
    return judged(name, first + value.start(2), first + value.end(2), text, is_placed=True)
