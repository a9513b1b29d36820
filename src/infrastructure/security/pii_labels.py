"""What only its label tells: dates of birth, passports, medical records, patients."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..common.needles import Hits
from .pii_found import BIRTH, BLANK, BORN, FRESH, Found, Seen

MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|fév|fev|avr|mai|juin|juil|aoû|aou|déc|okt|dez"
    r"|mär|gen|mag|giu|lug|set|ott|maa|mei|out|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru)[^\W\d_]{0,8}\.?"
)
DATE = (
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}},? )?(?:(?:19|20)\d\d[ ./-]{{1,2}}\d{{1,2}}[ ./-]{{1,2}}\d{{1,2}}"
    rf"|\d{{1,2}}\.? ?[ ./-] ?\d{{1,2}}\.? ?[ ./-] ?(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d{{6}}"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th|er|º)?\.?(?: ?[-/]| of| de)? ?{MONTH}[,/-]?(?: de| del)?[ ]?(?:\d{{4}}|\d\d)"
    rf"|{MONTH} ?\d{{1,2}}(?:st|nd|rd|th)?,? ?\d{{4}}|(?:19|20)\d\d[- ]{MONTH}[- ]\d{{1,2}})"
    r"(?:t[0-9:.]{5,15}z?)?(?![\w]|[-/]\d)"
)
"""A day of one year, as forms and people write it; two numbers may be day and month in either order."""

_AND = "(?:and|und|et|y|e|en|or|ou|oder)"
LISTED = rf"(?:, ?(?:{_AND} )?| {_AND} | ?[/&;] ?)"
"""Between days that one label is for."""

GOES_ON = re.compile(LISTED)
NUMBERS = re.compile(r"\d+")
CLOCK = re.compile(r"(?<=\d)t\d.*$")

GAP = r"[\s\"'`:=#()<>|\[\],.*_/–-]{0,8}"
WORDS = (
    r"(?:number|numbers|num|no|nr|n[or]|#|id|ids|is|was|code|book|card|holder|are|the|of|his|her|my|us|uk|eu|value"
    r"|record|nummer|número|numero|numéro|ist|lautet|es|est|è|patient|chart|on|file|as|with|d|field|current|old|new)"
)
LINK = rf"(?:{GAP}(?:{WORDS}\b|n[º°]|\([^)\n]{{1,20}}\))){{0,5}}{GAP}"


@dataclass(frozen=True, slots=True)
class Label:
    """A kind's label: `stems` are what the text is searched for, `pattern` what must then stand there in full.

    `more` is what may follow a value and holds another, where a label may be that of a list.
    """

    kind: str
    stems: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool
    more: re.Pattern[str] | None = None


def _has_digits(least: int) -> Callable[[str], bool]:
    return lambda value: sum(char.isdigit() for char in value) >= least


def _is_day(value: str) -> bool:
    """Whether the numbers of a date are in the calendar's bounds."""
    if value.isdigit():
        return 1 <= int(value[4:6]) <= 12 and 1 <= int(value[6:]) <= 31
    numbers = sorted(map(int, NUMBERS.findall(CLOCK.sub("", value) if "t" in value else value)))
    # One of them may be the year, and of three one must be the month.
    return (len(numbers) < 2 or numbers[-2] <= 31) and (len(numbers) < 3 or numbers[0] <= 12)


LABELS = (
    Label(
        "DOB",
        (
            "dob",
            "d.o.b",
            "birth",
            "born",
            "bday",
            "gebo",
            "gebur",
            "geb.",
            "née",
            "né ",
            "naissance",
            "nacim",
            "nacid",
            "nac.",
            "nasci",
            "nato ",
            "nata ",
            "urodz",
        ),
        re.compile(
            rf"[\w.]{{0,16}}+(?:[^0-9\n.;?!{BORN}]|(?<=[:\"=])\n|\.(?=[ :]{{0,2}}[:0-9])){{0,40}}?"
            rf"(?:[{BLANK}{FRESH}]{{0,{len(BIRTH)}}}+{BORN}{LISTED})*+"
            rf"(?P<value>(?=[0-9]|(?<![^\W_])[a-zéûäúź])(?<![\d/.-]){DATE})"
        ),
        _is_day,
        re.compile(rf"{LISTED}(?P<value>{DATE})"),
    ),
    Label(
        "PASSPORT",
        ("pass", "pasaporte", "paspoort", "paszport", "travel doc"),
        re.compile(
            r"(?:(?<=reise)pass|pass(?:port|eport|aport[oe])|pasaporte|paspoort|paszport\w{0,2}|travel document)s?"
            rf"(?:nummer)?(?:_?(?:number|no|num|id))?{LINK}"
            r"(?P<value>[a-z]{0,3}[ -]?\d{6,9}[a-z]?|(?=[a-z]*\d)[a-z0-9]{8,9})(?!\w|-\d)"
        ),
        _has_digits(4),
    ),
    Label(
        "MRN",
        (
            "mrn",
            "medical",
            "med rec",
            "med. rec",
            "medrec",
            "hospital n",
            "chart n",
            "mr#",
            "mr #",
            "unit n",
            "unit #",
        ),
        re.compile(
            rf"(?:mrns?|med(?:ical|\.)?[ _]?rec(?:ord|\.)?s?|hospital|chart|mr(?= ?#)"
            r"|unit(?=[^0-9]{2,14}(?:[0-9]-?){6}))"
            rf"(?:[ _]?(?:number|no|num|id))?\b(?:{LINK})"
            r"(?P<value>\d{2,4}(?:-\d{1,4}){1,4}|[a-z]{0,3}-?\d{4,12}[a-z]?)(?!\w|-\d)"
        ),
        _has_digits(4),
    ),
    Label(
        "PATIENT_ID",
        (
            "patient",
            "paciente",
            "pat_id",
            "pat id",
            "paziente",
            "pt id",
            "pt no",
            "pt #",
            "pt. id",
            "pt_id",
            "ptid",
        ),
        re.compile(
            r"(?:pa[tcz]\w{0,9}?(?:en|'s)?|pt\.?)[ _-]{0,2}(?:id\w{0,8}|number|no\b|nr\b|num\b|#|nummer|code|record)"
            rf"{LINK}(?P<value>[a-z]{{0,5}}[-_]?\d{{3,12}}(?:-[a-z0-9]{{1,6}}){{0,3}})(?!\w|-\w)"
        ),
        _has_digits(3),
    ),
)


STEMS = frozenset(stem for label in LABELS for stem in label.stems)

DIGIT = re.compile("[0-9]")
REACH = 110
"""Characters from a label in which its value must begin to have digits."""


def labelled(seen: Seen, words: Hits, *, again: bool = False) -> Iterator[Found]:
    """Values behind their labels; `words` are the places of their stems.

    When it is read `again`, only labels near fresh marks are looked at: the others are as they were.
    """
    for label in LABELS:
        for stem in label.stems:
            if stem in words:
                yield from _behind(seen, label, words[stem], again=again)


def _behind(seen: Seen, label: Label, stems: Iterable[int], *, again: bool) -> Iterator[Found]:
    """Values behind a stem that stands at each of these places."""
    small, digit = seen.small, -1
    for at in stems:
        if digit < at:
            digit = found.start() if (found := DIGIT.search(small, at)) else len(small)
        # Without a digit there is no value.
        if (
            digit - at < REACH
            and (not again or small.find(FRESH, max(0, at - 2), digit + REACH) >= 0)
            and (not small[at - 1 : at].isalpha() or _apart(seen, at))
            and not _has_its_value(small, at, digit)
        ):
            match = label.pattern.match(small, at)
            while match and label.holds(match["value"]):
                yield Found(*match.span("value"), label.kind, 0.85)
                match = label.more.match(small, match.end("value")) if label.more else None


def _has_its_value(small: str, at: int, digit: int) -> bool:
    """Whether a day was taken behind the label at `at`, and what follows up to `digit` makes no list of it."""
    born = small.rfind(BORN, at, digit)
    return born >= 0 and GOES_ON.match(small, born + 1) is None


def _apart(seen: Seen, at: int) -> bool:
    """Whether a word begins behind a letter: one of several that are written as one, such as `dateOfBirth`."""
    small = seen.small
    return (
        (seen.text[at : at + 1].isupper() and seen.text[at - 1].islower())
        or small[at : at + 7] in {"patient", "geboren"}
        or small[at : at + 4] == "pass"
    )
