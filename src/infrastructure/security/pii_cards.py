"""Numbers that carry their own proof: payment cards, bank accounts, social security numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .pii_found import Found, Seen

CARD = re.compile(
    r"(?<![\w-])(?<!\d\.)(?="
    r"(?P<plain>[0-9]{12,19})(?!\d|-?[A-Za-z_])"
    r"|(?P<fours>[2-6]\d{3}([ .-])\d{4}\3\d{4}\3\d{4}(?!\d))(?P<rest>\3\d{3}(?!\d))?"
    r"|(?P<short>4\d{3}([ .-])\d{4}\6\d{4}\6\d(?!\d))"
    r"|(?P<odd>3\d{3}([ .-])\d{6}\8\d{4,5}(?!\d))"
    r")"
)
"""ISO/IEC 7812: 12 to 19 digits, in the groups that are printed on cards. Looks ahead, so that each start is tried."""

NETWORKS = (
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"30[0-5]|309|3[689]"), {14, 16}),
    (re.compile(r"3"), {16}),
    (re.compile(r"6011|64[4-9]|65|62|60|81|82|508|35"), {16, 17, 18, 19}),
    (re.compile(r"1800|2131"), {15}),
    (re.compile(r"5018|5019|5020|5038|5[678]|5893|6304|6390|67"), {12, 13, 14, 15, 16, 17, 18, 19}),
)
"""Which beginnings the networks give out, and in which lengths."""

SSN_AREAS = re.compile(r"(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}")
"""What the Social Security Administration may have issued: no area 000, 666 or 900-999, no group or serial of zeros."""

SSN_WORDS = re.compile(
    r"(?:\bss ?(?:#|no\b|num)|(?:ssn|social|soc\.? sec|tax[ _]?(?:payer)?[ _]?id|itin)"
    r"(?:[ _-]?(?:sec[a-z]{0,20}|n[uo][a-z]{0,4}))?(?![a-z]))[^0-9\n;]{0,32}$"
)
OTHER_NUMBER = re.compile(
    r"\b(?:sku|parts?|orders?|items?|invoice|ticket|model|serial|catalog(?:ue)?|product|lot|batch|tracking|isbn|ref)"
    r"[ :#._]{1,3}(?:(?:no|number|num|id)\b[ :#.]{0,3})?$"
)
"""What says that nine digits are the number of a thing."""
OTHER_LINK = " :#._"
"""What may stand between."""
_OTHER_LAST = (
    "sku part parts order orders item items invoice ticket model serial catalog catalogue product lot batch tracking"
    " isbn ref no number num id"
)
OTHER_ENDS = frozenset(word[-2:] for word in _OTHER_LAST.split())
"""The last two letters of the words that may stand last."""
SSN_ASKED = re.compile(r"(?:ssn|social)\b[^;.!]{0,50}$")
"""A word some way before, such as in the question that the number answers: enough for three groups."""
SSN_STEMS = ("ss", "soc", "tax", "itin")
"""One of these is in all of them."""

IBAN_LENGTHS = {
    code: int(length)
    for length, codes in {
        "15": "NO", "16": "BE", "18": "DK FI FO GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV", "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR", "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HU LB NI PL SV", "29": "BR EG PS QA UA", "30": "JO KW MU", "31": "MT SC", "33": "RU",
        "32": "LC",
    }.items()
    for code in codes.split()
}  # fmt: skip
"""The registry of ISO 13616: characters of a country's account numbers."""

IBAN_BODIES = {
    length: re.compile(rf"(?:[ -]?[A-Za-z0-9]){{{length - 4}}}(?![^\W_])")
    for length in {*IBAN_LENGTHS.values()}
}

LETTERS = {ord("A") + place: str(10 + place) for place in range(26)}
"""Letters as numbers (ISO 7064)."""

DOUBLED = bytes(max(0, 2 * (code - 48) - 9 * (code > 52)) for code in range(58)).ljust(256, b"\0")
"""Each digit's code with the sum of the digits of its double."""
NO_DIGITS = re.compile("[^0-9]+")


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    codes = digits.encode()[::-1]
    single = codes[::2]
    return (sum(single) - 48 * len(single) + sum(codes[1::2].translate(DOUBLED))) % 10 == 0


@lru_cache(maxsize=10_000)
def _lengths(beginning: str) -> frozenset[int]:
    """The lengths of cards whose first four digits these are."""
    return frozenset(size for start, sizes in NETWORKS if start.match(beginning) for size in sizes)


def is_card(digits: str) -> bool:
    """Whether a network gives out cards that begin so and are so long, and the check digit holds."""
    return len(digits) in _lengths(digits[:4]) and len(set(digits)) > 1 and luhn_holds(digits)


def cards(text: str, start: int, end: int) -> Iterator[Found]:
    """Cards that begin between `start` and `end`; the longest grouping that holds."""
    for match in CARD.finditer(text, start, end + 1):
        begin, form = match.start(), match.lastgroup or ""
        for stop in (match.end(form), match.end("fours") if form == "rest" else begin):
            if stop > begin and is_card(NO_DIGITS.sub("", text[begin:stop])):
                yield Found(begin, stop, "CREDIT_CARD", 0.99)
                break


def is_ssn(digits: str) -> bool:
    """Whether these nine digits can be a social security number."""
    return SSN_AREAS.fullmatch(digits) is not None


def ssn(seen: Seen, start: int, end: int) -> Found | None:
    """A social security number at this place, if it is one; without hyphens only where a word says so."""
    written, small = seen.text[start:end], seen.small
    plain = written.isdigit()
    if not is_ssn(written if plain else NO_DIGITS.sub("", written)):
        return None
    low = max(0, start - 40)
    if small[low:start].rstrip(OTHER_LINK)[-2:] in OTHER_ENDS and OTHER_NUMBER.search(small, low, start):
        return None
    if written.count("-") == 2:
        return Found(start, end, "SSN", 0.9)
    near = max(0, start - 60)
    if not any(map(small[near:start].__contains__, SSN_STEMS)):
        return None
    asked = not plain and SSN_ASKED.search(small, near, start)
    return Found(start, end, "SSN", 0.8) if asked or SSN_WORDS.search(small, near, start) else None


def iban(text: str, start: int) -> Found | None:
    """An account number that begins with the two letters at `start`: its country's length, and mod 97 (ISO 7064).

    What stands before the letters has been looked at: it must be no letter, digit, hyphen or underscore.
    """
    length = IBAN_LENGTHS.get(text[start : start + 2].upper())
    body = IBAN_BODIES[length].match(text, start + 4) if length else None
    if body is None:
        return None
    account = text[start : body.end()].replace(" ", "").replace("-", "").upper()
    number = (account[4:] + account[:4]).translate(LETTERS)
    return Found(start, body.end(), "IBAN", 0.99) if int(number) % 97 == 1 else None
