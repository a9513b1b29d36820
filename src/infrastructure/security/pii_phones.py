"""Telephone numbers: told by a country's code, by the form of a national number, or by the words before."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from .pii_cues import OTHER, TELEPHONE
from .pii_found import Found, Seen
from .pii_shapes import NEAR, SHAPE, Asked, groups, longest, trunks

NO_DIGITS = re.compile("[^0-9]+")
EXTENSION = re.compile(r"(?i:,? ?(?:x ?|ext\.? ?|extension |durchwahl |poste |# ?)[0-9]{1,6}(?!\w))")

LENGTHS = {
    "1": (11, 11), "7": (11, 11), "20": (11, 12), "27": (11, 11), "30": (12, 12), "31": (10, 11), "32": (10, 11),
    "33": (11, 11), "34": (11, 11), "36": (10, 11), "39": (10, 13), "40": (11, 11), "41": (11, 11), "43": (9, 14),
    "44": (11, 12), "45": (10, 10), "46": (9, 11), "47": (10, 10), "48": (11, 11), "49": (9, 14), "52": (12, 13),
    "54": (12, 13), "55": (12, 13), "61": (11, 11), "64": (10, 12), "65": (10, 10), "81": (11, 12), "82": (10, 12),
    "86": (12, 13), "90": (12, 12), "91": (12, 12), "351": (12, 12), "353": (10, 12), "358": (9, 13), "420": (12, 12),
}  # fmt: skip
"""Digits with the country's code in the numbering plans that are met most (ITU-T E.164 allows 15 at most)."""

_ENDS = r"(?!\d|[.-]\d|-[A-Za-z_]|(?!(?i:x|ext\.?) ?\d)[A-Za-z_])"
_NATIONAL = (
    r"(?:(?:\(?\+?1\)?[ .-]{1,2})?(?:\(\d{3}\)[ .-]{0,2}|\d{3}[.-]|[2-9]\d\d )\d{3}[ .-]\d{4}" + _ENDS
    + r"|(?P<trunk>(?=\(?0(?:[^0-9]{0,3}[0-9]){8})(?:\(0[1-9]\d{0,4}\)|(?P<lead>0[1-9]\d{0,4}))"
    r"(?:[ ./-]{1,3}\d{2,9}){1,4})" + _ENDS + r"|(?:8[ -]?)?\(\d{2,5}\)[ -]?\d{3,5}(?:[ .-]?\d{2,5}){1,2}" + _ENDS + ")"
)  # fmt: skip
NATIONAL = re.compile(rf"(?<![0-9]){_NATIONAL}")
TRUNK = re.compile(
    r"0(?<![0-9]0)(?P<trunk>(?=(?:[^0-9]{0,3}[0-9]){8})(?P<lead>[1-9]\d{0,4})(?:[ ./-]{1,3}\d{2,9}){1,4})"
    + _ENDS
)
"""The same with the 0 alone: it begins with a plain character, which lets the engine run to the next."""
SET_FREE = re.compile(rf"(?=\(){_NATIONAL}")
"""North American, with the 0 of long-distance calls, with an area code in brackets."""

ENDING = 6
"""Characters behind a number that tell whether it ends there: an extension may hang on it."""

CALENDAR = re.compile(r"(?:^|\D)\d\d?([/.-])\d\d?\1(?:19|20)\d\d(?!\d)|(?:19|20)\d\d([/.-])\d\d?\2\d\d?")


def _apart(text: str, start: int, taken: int) -> bool:
    """Whether nothing stands before that would make these digits the tail of something longer.

    What stands before `taken` has been found to be something of its own.
    """
    before = text[taken if start - 2 < taken <= start else max(0, start - 2) : start]
    last = before[-1:]
    if last.isalnum() or (last and last in "_#$€£¥/\\&%"):
        return False
    return not (last and last in ".-," and before[0].isalnum() and (last != "," or before[0].isdigit()))


def phones(seen: Seen, start: int, end: int, shape: Asked, taken: int) -> list[Found]:
    """Telephone numbers in the stretch from `start` to `end`; `shape` is what the sizes of its groups tell.

    The number before ends at `taken`. It is read as if it had gone already, so that of numbers which hang together
    each sets the next free at once.
    """
    text, head = seen.text, start
    plus = start and text[start - 1] in "+("
    first = _international(text, start, end, taken) if plus or text.startswith("00", start) else None
    if first is None and shape.worded:
        first = _worded(seen, start, start + shape.worded, maybe_day=shape.is_day)
    found = [Found(first.start, _extended(text, first.end), first.kind, first.confidence)] if first else []
    if first:
        start, taken = first.end, found[0].end
    elif start and text[start - 1] == "(":
        start -= 1
    if shape.american or text.find("(", start, end) >= 0:
        found += _national(seen, NATIONAL, (head, start, end), taken)
    elif shape.trunk and text.find("0", start, end) >= 0:
        found += _national(seen, TRUNK, (head, start, end), taken)
    return found


def _national(
    seen: Seen, form: re.Pattern[str], stretch: tuple[int, int, int], taken: int
) -> Iterator[Found]:
    """Numbers of a national `form` in a stretch: where its digits begin, where it is read from, and where it ends."""
    text, (head, start, end) = seen.text, stretch
    numbered = (
        head and text[head - 1] == "_"
    )  # a name may go on to its number: words may stand before all of it
    while match := (taken >= start and SET_FREE.match(text, taken, end + ENDING)) or form.search(
        text, start, end + ENDING
    ):
        begin, start = match.span()
        stop = start
        if match.lastgroup:
            stop, start = _trunk_end(text, begin, stop)
        if stop > end or (match["lead"] and _goes_back(match, begin, taken)):
            continue
        # Behind other digits no word says what it is.
        other = (begin <= head or numbered) and OTHER.stands(seen, begin)
        if not other and (text[begin - 1 : begin] == " " or _apart(text, begin, taken)):
            taken = _extended(text, stop)
            yield Found(begin, taken, "PHONE", 0.8)
            while text.startswith(" 00", taken) and (one := _international(text, taken + 1, end, taken)):
                taken = start = _extended(text, one.end)
                yield one._replace(end=taken)


def _goes_back(match: re.Match[str], begin: int, taken: int) -> bool:
    """Whether the 0 that a number begins with only begins a group of something longer: after four, parted as it is."""
    if begin < 5 or begin - 5 <= taken <= begin:
        return False
    text, parts = match.string, match.string[match.end("lead")]
    before = text[max(0, begin - 6) : begin]
    return (
        before[-5:-1].isalnum()
        and before[-2].isdigit()
        and before[-1] == parts
        and before[:-5] in {"", parts}
    )


def _trunk_end(text: str, begin: int, end: int) -> tuple[int, int]:
    """Where the number ends that these groups begin, and where to look on: the most groups that make a number.

    It ends beyond every text if it is none.
    """
    stops, second = trunks(text[begin:end].translate(SHAPE))
    for size, maybe_day in stops:
        stop = begin + size
        if not maybe_day or not CALENDAR.search(text[begin:stop]):
            return stop, stop
    return sys.maxsize, begin + second


def _extended(text: str, end: int) -> int:
    extension = EXTENSION.match(text, end)
    return extension.end() if extension else end


def _international(text: str, start: int, end: int, taken: int) -> Found | None:
    """A number after `+`, or after `00` when it is written in groups."""
    lead = text[start - 2 : start] if start > 1 else text[:start]
    plus = lead == "+(" or lead[-1:] == "+"
    if not plus and text[start : start + 2] != "00":
        return None
    begin = start - (2 if lead == "+(" else 1) if plus else start
    near = text[start : min(end, start + NEAR)].translate(SHAPE)
    parts = groups(near)
    if not plus and (len(parts) < 2 or not _apart(text, start, taken)):
        return None
    if begin and begin != taken and text[begin - 1].isalnum():
        return None
    code = NO_DIGITS.sub("", text[start : start + parts[-1][1]])[0 if plus else 2 :].lstrip("0")
    least, most = LENGTHS.get(code[:1]) or LENGTHS.get(code[:2]) or LENGTHS.get(code[:3]) or (8, 15)
    more = ("(0)" in text[start : start + 8]) + (0 if plus else 2)
    size = longest(near, least + more, most + more)
    if size is None:
        return None
    stop = start + size
    if stop < len(text) and text[stop].isalnum() and text[stop] not in "xeXE":
        return None
    if begin and text[begin - 1] == "(" and ")" in text[begin:stop] and lead != "+(":
        begin -= 1
    return Found(begin, stop, "PHONE", 0.95)


def _worded(seen: Seen, start: int, stop: int, *, maybe_day: bool) -> Found | None:
    """The number from `start` to `stop` that only its words tell, unless it is a day."""
    text = seen.text
    begin = start - 1 if start and text[start - 1] == "(" else start
    if (maybe_day and CALENDAR.search(text[start:stop])) or not TELEPHONE.stands(seen, begin):
        return None
    if stop < len(text) and text[stop].isalnum() and not EXTENSION.match(text, stop):
        return None
    return Found(begin, stop, "PHONE", 0.85)
