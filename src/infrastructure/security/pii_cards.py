"""Numbers that carry their own proof: payment cards, bank accounts, social security numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    (re.compile(r"5018|5020|5038|5[678]|5893|6304|6390|67"), {12, 13, 14, 15, 16, 17, 18, 19}),
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
SSN_ASKED = re.compile(r"(?:ssn|social)\b[^;.!]{0,50}$")
"""A word some way before, such as in the question that the number answers: enough for three groups."""

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

IBAN_BODY = re.compile(r"(?:[ -]?[A-Za-z0-9]){11,30}")


DOUBLED = str.maketrans("0123456789", "0246813579")
"""Each digit with the sum of the digits of its double."""


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(DOUBLED)))) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether a network gives out cards that begin so and are so long, and the check digit holds."""
    known = any(len(digits) in lengths and start.match(digits) for start, lengths in NETWORKS)
    return known and len(set(digits)) > 1 and luhn_holds(digits)


def cards(text: str, start: int, end: int) -> Iterator[Found]:
    """Cards that begin between `start` and `end`; the longest grouping that holds."""
    for match in CARD.finditer(text, start, end + 1):
        form = next(name for name in ("plain", "fours", "short", "odd") if match[name])
        stops = [match.end("rest")] * bool(match["rest"]) + [match.end(form)]
        for stop in stops:
            if is_card(re.sub(r"\D", "", text[match.start() : stop])):
                yield Found(match.start(), stop, "CREDIT_CARD", 0.99)
                break


def is_ssn(digits: str) -> bool:
    """Whether these nine digits can be a social security number."""
    return SSN_AREAS.fullmatch(digits) is not None


def ssn(seen: Seen, start: int, end: int) -> Found | None:
    """A social security number at this place, if it is one; without hyphens only where a word says so."""
    written = seen.text[start:end]
    if not is_ssn(re.sub(r"\D", "", written)):
        return None
    hyphens = written.count("-") == 2
    if OTHER_NUMBER.search(seen.small, max(0, start - 40), start):
        return None
    words = SSN_WORDS if written.isdigit() else SSN_ASKED
    near = max(0, start - 60)
    if hyphens or SSN_WORDS.search(seen.small, near, start) or words.search(seen.small, near, start):
        return Found(start, end, "SSN", 0.9 if hyphens else 0.8)
    return None


def iban(text: str, start: int) -> Found | None:
    """An account number that begins with the two letters at `start`: its country's length, and mod 97 (ISO 7064)."""
    length = IBAN_LENGTHS.get(text[start : start + 2].upper())
    body = IBAN_BODY.match(text, start + 4)
    if length is None or body is None or (start and (text[start - 1].isalnum() or text[start - 1] in "-_")):
        return None
    end, missing = start + 4, length - 4
    while missing and end < body.end():
        missing -= text[end] not in " -"
        end += 1
    if missing or (end < len(text) and text[end].isalnum()):
        return None
    account = re.sub("[ -]", "", text[start:end]).upper()
    number = "".join(str(int(char, 36)) for char in account[4:] + account[:4])
    return Found(start, end, "IBAN", 0.99) if int(number) % 97 == 1 else None
