"""Values that a password or a token is compared with, or that are copied into it.

Only the characters of one line that stand near a name are looked at: the time is in proportion to the text.
"""

from __future__ import annotations

import re

from .secret_form import Found
from .secret_judged import judged

CALLS = (
    "strcmp(", "strncmp(", "strcasecmp(", "strncasecmp(", "strictcmp(", "memcmp(", "strcpy(", "strncpy(", "strlcpy(",
    "sprintf(", "snprintf(", "hash_equals(", "compare_digest(", "equals(", "Equals(", "ConstantTimeCompare(",
    "timingSafeEqual(", "secure_compare(", "constant_time_compare(",
)  # fmt: skip
"""Functions that compare two texts, or copy one."""
NEAR = 110
"""Characters before a name in which the name of such a function may begin."""
CALLED = re.compile(rf"[^\"'\n]{{0,80}}?\((?:{'|'.join(call[-2::-1] for call in CALLS)})")
"""Such a call before one of its arguments, read backwards."""
FIRST = re.compile(
    r"(?:[\"']?\[)?[\w.\->]{0,60}+[$&*@]?"
    r"[ \t]?(?:={1,2}[!=]|\((?:slauq[eE]|esaCerongIslauqe|slauqEtnetnoc|oTerapmoc)\.)"
    r"[ \t]?([\"'`])([^\"'`\\\s]{6,128}+)\1"
)
"""A value before the name that is compared with it, read from the name backwards: one place to look at is enough."""
GIVEN = re.compile(
    r"[\w.\->]{0,60}+[$&*@]?(?:\(etyb\]\[)?[ \t]{0,4}+,\)?([\"'`])([^\"'`\\\s]{6,128}+)\1(?:\(etyb\]\[)?"
)
"""The same where a function is given both."""


def is_called_with(text: str, name: re.Match[str], start: int) -> bool:
    """Whether `name` is the argument of a function that compares or copies, so that a value may follow."""
    word = name.start()
    return CALLED.match(text[max(start, word - NEAR) : word][::-1]) is not None


def compared(text: str, name: re.Match[str], head: str) -> Found | None:
    """The value that stands in `head`, the text right before `name`, and is compared with it."""
    if '"' not in head and "'" not in head and "`" not in head:
        return None
    back = head[::-1]
    value = FIRST.match(back)
    if value is None:
        value = GIVEN.match(back)
        if value is None or not head.endswith(CALLS, 0, len(head) - value.end()):
            return None
    return judged(name, name.start() - value.end(2), name.start() - value.start(2), text, is_placed=True)
