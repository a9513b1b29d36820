"""What the groups of digits of a stretch tell before their digits are looked at: which rules may find something in it.

A shape is a text in which all digits are one. Texts have few shapes, so most are told once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

GROUP = re.compile(r"[0-9]+")
SHAPE = str.maketrans("123456789", "0" * 9)
APART = str.maketrans(".()/-", " " * 5)
SHORT = 40
"""Characters of stretches whose shapes are remembered."""
NEAR = 32
"""Characters in which a number that only its words or its country's code tell is read."""
WORDED = (7, 13)
"""Digits of a number that words alone tell."""
DAY = re.compile(r"00?([/.-])00?\1(?:0000)|0000([/.-])00?\2(?:0)")
"""The shape of what may be a day."""
PAIRS = re.compile(r"0\d(?:([ .-])\d\d)(?:\1\d\d){3}")


class Asked(NamedTuple):
    """Which rules are asked about a stretch of digits and separators.

    `worded` is how many of its characters may be a number that words tell, 0 if there can be none; `is_day` tells that
    it may be a day as well. `trunk` is for numbers with the 0 of long-distance calls.
    """

    machine: bool
    card: bool
    nine: bool
    phone: bool
    american: bool
    trunk: bool
    worded: int
    is_day: bool


def asked(stretch: str) -> Asked:
    """Which rules are asked about this stretch."""
    shape = stretch.translate(SHAPE)
    return _asked(shape) if len(shape) <= SHORT else _asked.__wrapped__(shape)


@lru_cache(maxsize=4_096)
def _asked(shape: str) -> Asked:
    sizes = [*map(len, shape.translate(APART).split())]
    digits = sum(sizes)
    next_to = f"-{'-'.join(map(str, sizes))}-"
    worded = longest(shape[:NEAR], *WORDED) or 0
    return Asked(
        machine=len(sizes) >= 4,
        card=digits >= 12 and ("-4-4-4-" in next_to or "-4-6-" in next_to or max(sizes) >= 12),
        nine="-9-" in next_to or "-3-2-4-" in next_to,
        phone=digits >= WORDED[0],
        american="-3-3-4-" in next_to,
        trunk=digits >= 9 and (len(shape) > SHORT or _has_trunk(shape)),
        worded=worded,
        is_day=DAY.search(shape, 0, worded) is not None,
    )


def _has_trunk(shape: str) -> bool:
    """Whether groups beside each other have the sizes of a number with the 0 of long-distance calls."""
    groups = [group.span() for group in GROUP.finditer(shape)]
    return any(
        _is_trunk(shape[first[0] : last[1]], [end - start for start, end in groups[index : index + count]])
        for index, first in enumerate(groups)
        for count, last in enumerate(groups[index + 1 : index + 5], 2)
    )


@lru_cache(maxsize=4_096)
def trunks(shape: str) -> tuple[list[tuple[int, bool]], int]:
    """Where a number with the 0 of long-distance calls may end in groups of this shape, the longest first.

    With each, whether it may be a day all the same. Besides, where the second group ends.
    """
    groups = [group.span() for group in GROUP.finditer(shape)]
    sizes = [last - start for start, last in groups]
    stops = [
        (stop, DAY.search(shape, 0, stop) is not None)
        for count in range(len(groups), 1, -1)
        if _is_trunk(shape[: (stop := groups[count - 1][1])], sizes[:count])
    ]
    return stops, groups[1][1]


def _is_trunk(shape: str, sizes: list[int]) -> bool:
    """Whether a number with the 0 of long-distance calls has the size and the groups of one."""
    digits = sum(sizes)
    if not 9 <= digits <= 12 or sizes == [3, 2, 4] or ("." in shape and " " in shape):
        return False
    if len(sizes) == 5:
        return PAIRS.fullmatch(shape) is not None
    if len(sizes) == 4 and max(sizes) <= 3:
        return digits <= 11 and len({*sizes[1:]}) > 1
    return sizes[0] > 2 or "(" in shape or max(sizes) >= 4 or digits == 9


@lru_cache(maxsize=4_096)
def longest(shape: str, least: int, most: int) -> int | None:
    """Where the most groups end that have together `least` to `most` digits."""
    digits, found = 0, None
    for first, last in groups(shape):
        digits += last - first
        if digits > most:
            break
        if digits >= least:
            found = last
    return found


@lru_cache(maxsize=4_096)
def groups(shape: str) -> list[tuple[int, int]]:
    """The first groups of digits that no more than three separators keep apart."""
    found: list[tuple[int, int]] = []
    for match in GROUP.finditer(shape):
        if found and (match.start() - found[-1][1] > 3 or shape[found[-1][1] : match.start()] == " - "):
            break
        found.append(match.span())
    return found
