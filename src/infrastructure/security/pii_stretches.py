"""Stretches of digits and what parts them: where a text is looked at for numbers, and which of them are nobody's."""

from __future__ import annotations

import re

from .pii_addresses import FRENCH_LETTERS, FRENCH_WORDS

_NAMED = (
    rf"(?:,? {{1,2}}(?:[A-ZÀ-Ý0-9]|(?=[{FRENCH_LETTERS}]){FRENCH_WORDS}"
    r"|(?=[a-z0-9 .,'#-]{8,70} [a-z][a-z],? [0-9]{5}))"
    r"|,?\n(?:[0-9]{5},? |[0-9]{4} ?[A-Z]{2}[ \n])[A-ZÀ-Ý])"
)
"""What follows the number of a house: a name, a French word, small letters with a state and its code, or a line
with the code of a town."""

_DAY = r"(?:(?<=1)9|(?<=2)0)\d\d([/-])\d\d\2\d\d(?: \d\d)?(?![ ,0-9]|[.()/-][.()/ -]*[0-9])"
"""A day whose first digit stands before, which nothing follows that could make it more."""

_AGAIN = r"(?: ?(?:bis|ter|quater))?"

STRETCH = re.compile(
    rf"[0-9](?:(?<![^\W_][0-9])(?:(?P<day>{_DAY})"
    rf"|(?P<number>[0-9.()/ -]{{5,}}[0-9])(?P<house>(?=[ ,\n])(?={_AGAIN}{_NAMED}))?"
    rf"|(?P<street>[0-9]{{0,5}}+(?:[A-Za-z]|-\d{{1,4}}| bis| ter)?(?={_NAMED})))"
    r"|(?P<account>[0-9](?<=[A-Za-z][A-Za-z][0-9]{2})(?<![\w-][A-Za-z][A-Za-z][0-9]{2})(?=[ -]?[A-Za-z0-9]{4})))"
)
"""Where digits may be something. It begins with a plain class, which lets the engine run to the next digit.

A `number` whose last digits may be the number of a house is called a `house`.
"""

STAMP = re.compile(r"(?:19|20)\d\d([/-])\d\d\1\d\d(?: \d\d)?")
"""A day, and perhaps the hour: the most common digits of all, and nobody's without a label."""

LAST_NUMBER = re.compile(r"[0-9]+$")


def is_nobodys(stretch: str) -> bool:
    """Whether a stretch is a day, or too short for any number: no card, telephone or address of a machine."""
    size = len(stretch)
    if size == 7:
        return "." not in stretch and not stretch.isdigit()
    return size in {10, 13} and STAMP.fullmatch(stretch) is not None
