"""Passwords and keys that stand in lists, and several names that are given their values at once.

Nothing is read further than a few hundred characters from a name: the time is in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .secret_form import Found
from .secret_judged import judged

REACH = 300
"""Characters behind a name in which its list is read; a text is not parted within them."""
MADE = (
    r"(?:\[[0-9]{0,3}\](?:string|byte|&str)|(?:List|Set|Arrays|ImmutableList|ImmutableSet|Stream)\.(?:of|asList)"
    r"|(?:mutableL|arrayL|l)istOf|(?:mutableS|hashS|s)etOf|array(?:Of)?|vec!|&|new[ ]?\w{0,8}\[\]|set|frozenset|tuple"
    r"|list|Object\.freeze|%[wW])?"
)
"""What a list is made with."""
OPENED = re.compile(
    r"[\"'`\])]{0,3}+(?:\[\])?[ \t]{0,8}+(?::[ \t]{0,4}+[A-Za-z&\[][\w.<>&\[\], |']{0,40}?[ \t]{0,4}(?==))?"
    rf"(?::=|=>|=(?!=)|:)[ \t]{{0,8}}+{MADE}[ \t]?[\[({{]{{1,2}}+"
)
ELEMENT = re.compile(r"\s{0,40}+[rbfuRBFU@]?([\"'`])([^\"'`\\\s]{6,200}+)\1\s{0,40}+(?:,|(?=[\"'`\])}]))")
WORDS = re.compile(r"\s{0,8}+()([^\s\"'`\\\])}]{6,200}+)(?=[\s\])}])")
"""In a list whose elements need no quotes, as Ruby has it."""
BELOW = re.compile(r"[\"']?:[ \t]{0,4}+(?=\r?\n[ \t]{0,24}+-[ \t])")
DASHED = re.compile(
    r"\r?\n[ \t]{0,24}+-[ \t]{1,4}+([\"']?)([^\s\"'`#:,\[\]{}]{6,200}+)\1[ \t]{0,8}+(?=\r?\n|$)"
)
"""One line of a list in YAML."""
TARGETS = re.compile(
    r"[\"'`]?((?:[ \t]{0,4}+,[ \t]{0,4}+[$@\"'`]?[\w.]{1,40}+[\"'`]?){0,8}+)[ \t]{0,2}+[)\]]?[ \t]{0,4}+"
    r"(?:string[ \t]{1,2}+)?(?::=|=(?![=>])|(?:VALUES|values)[ \t]{0,2}+(?=\())"
    r"[ \t]{0,4}+(?:array|list|tuple)?[(\[{]?(?=[\"'`\w$&])"
)
EARLIER = re.compile(
    r"[\w.\-]{0,40}+[$@\"'`]?((?:[ \t]{0,4}+,[ \t]{0,4}+[\"'`]?[\w.]{1,40}+[$@\"'`]?){1,8}+)"
)
"""Names before a name, read from it backwards."""
VALUE = re.compile(
    r"[ \t]{0,4}+(?:[rbfuRBFU@]?([\"'`])([^\"'`\\\n]{0,200}+)\1|[\w.$&*+\-]{1,40}+)[ \t]{0,4}+(?:,|(?=[)\]};\r\n#]|$))"
)
MOST = 10


def listed(text: str, name: re.Match[str]) -> Iterator[Found]:
    """The secrets of the list that `name` calls several of its kind."""
    more = name.group(2)
    if not more or not more.lower().replace("_", "").endswith(("s", "list")):
        return
    limit = min(len(text), name.start() + REACH)
    opened, form = OPENED.match(text, name.end(), limit), ELEMENT
    if opened is not None and "%" in opened.group():
        form = WORDS
    elif opened is None:
        opened, form = BELOW.match(text, name.end(), limit), DASHED
    place = limit if opened is None else opened.end()
    while (one := form.match(text, place, limit)) is not None:
        found = judged(name, *one.span(2), text, is_placed=True)
        if found is not None:
            yield found
        place = one.end()


def together(text: str, name: re.Match[str], head: str, end: int) -> Found | None:
    """The value of `name` where names stand before an equals sign and as many values behind it.

    `head` is what stands right before `name` on its line.
    """
    after = name.end()
    given = (
        text.find("=", after, end) >= 0
        or text.find("ALUES", after, end) >= 0
        or text.find("alues", after, end) >= 0
    )
    targets = TARGETS.match(text, after, end) if given else None
    if targets is None:
        return None
    earlier = EARLIER.match(head[::-1])
    before = earlier.group(1).count(",") if earlier is not None else 0
    names = before + 1 + targets.group(1).count(",")
    values = list(_values(text, targets.end(), end)) if names > 1 else []
    if len(values) != names or values[before].group(2) is None:
        return None
    return judged(name, *values[before].span(2), text, is_placed=True)


def _values(text: str, place: int, end: int) -> Iterator[re.Match[str]]:
    for _ in range(MOST):
        one = VALUE.match(text, place, end)
        if one is None:
            return
        yield one
        place = one.end()
        if not one.group().endswith(","):
            return
