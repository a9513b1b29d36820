"""Postal addresses: a number and a street, in the order of the English, French, German, Dutch and southern forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..common.needles import Hits
from .pii_found import Found, Seen

_ENDS = (
    r"street|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|terrace|ter|close|crescent"
    r"|cres|square|sq|parkway|pkwy|highway|hwy|circle|cir|trail|trl|alley|mews|gardens|grove|plaza|pike"
    r"|turnpike|crossing|bend|ridge|green|hill|quay|commons?|heights|hollow|park"
)
_WEAK = "route|run|pass|point|path|view|walk|loop|row"
"""Common words: only with a capital letter."""
_END = rf"(?:(?i:{_ENDS})|{_WEAK.title()}|{_WEAK.upper()})\b"
_STATES = (
    r"A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[TA]|W[AVIY]|PR"
)
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
_NAME = r"[A-ZÀ-Ý][\w.'’-]{0,30}"
_AT = r"(?: am (?:Main|Rhein|Neckar|Inn|Harz)\b| an der [A-Z][a-zäöü]{2,12}| im Breisgau)?"
_CITY = rf"{_NAME}(?: {_NAME}){{0,3}}{_AT}"
_UNIT = (
    r"(?:,? {1,2}(?:(?:apt|apartment|suite|ste|unit|flat|room|rm|floor|fl|bldg|building)\b\.? ?#?|#)"
    r" ?(?:[A-Za-z]{0,2}-?\d[\w-]{0,5}|[A-Za-z](?!\w)))"
)
_TOWN = r"[A-ZÀ-Ý][^\W\d_]{1,20}\.?(?:[ '’-][A-ZÀ-Ý][^\W\d_]{1,20}){0,3}"
_TERRITORIES = "AS|FM|GU|M[HP]|PW|VI"
"""Codes that are words as well: only before a number."""
_COMMONWEALTH = (
    r"(?:(?:AB|BC|MB|N[BLSTU]|ON|PE|QC|SK|YT),? [A-Z]\d[A-Z][ -]?\d[A-Z]\d(?!\w)"
    r"|(?:NSW|VIC|QLD|SA|WA|TAS|NT|ACT),? \d{4}(?!\w))"
)
"""Provinces of Canada and states of Australia, with their codes."""
_ZIP = r"\d{5}(?:-\d{4})?"
_TAIL = (
    rf"(?:(?:, ?\n?|\n| ) ?{_TOWN}(?:, [A-Z][a-z]{{2,20}})?(?:,? ?\n{_POSTCODE}(?!\w)|,? {{1,2}}"
    rf"(?:(?:{_STATES})\b(?:,? {{1,2}}{_ZIP})?|(?:{_TERRITORIES}) {_ZIP}|{_COMMONWEALTH}|{_POSTCODE}|{_ZIP})))"
)

_ENGLISH = (
    r"\d{1,6}(?:[A-Za-z]|-\d{1,4}| 1/2)?,? {1,2}(?:(?:[NSEW]{1,2}\.?|North|South|East|West) )?"
    rf"(?:(?:{_NAME}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}?{_END}\.?(?: {_END}\.?)?"
    rf"(?: (?:[NSEW]{{1,2}}|North|South|East|West)\b)?(?i:{_UNIT})?{_TAIL}?"
)
_POSTED = (
    rf"\d{{1,6}}[A-Za-z]?,? {{1,2}}(?=[A-ZÀ-Ý](?:[a-zß-ÿ.'’]| [A-Z]))"
    rf"(?:{_NAME} ){{0,4}}?{_NAME}(?i:{_UNIT})?(?:, ?\n?|\n| ){_TOWN}"
    rf"(?:,? {{1,2}}(?:{_COMMONWEALTH}"
    rf"|(?:{_STATES}|{_TERRITORIES})\b,? {{1,2}}{_ZIP}(?!\d))|(?:,? {{1,2}}|,? ?\n){_POSTCODE}(?!\w))"
)
"""Whatever the street is called: a town with its state and code, or with a British code, stands behind it."""
_FLOOR = r"(?:,? (?:Piano|Appartamento|Interno|Scala|Piso|Puerta|Apt\.?) [0-9]{1,4})"
_PROVINCE = r"(?: \([A-Z]{2}\))"
CODED = re.compile(
    rf"\d{{1,4}} ?[a-z]?(?:-\d{{1,4}}[a-z]?)?"
    rf"{_FLOOR}?(?:, ?\n?|\n)(?:(?:D-)?\d{{5}},? |\d{{4}} ?[A-Z]{{2}}(?:, ?\n?|\n| )){_CITY}{_PROVINCE}?"
)
NAMED_BEFORE = re.compile(
    r"[A-ZÀ-Ý][\w.'’-]{1,30}(?: (?:(?:de[rmn]|die|das) )?[A-ZÀ-Ý][\w.'’-]{1,30}){0,3},? $"
)
"""A number with the code of its town behind, and the street's name before: what it says in German or Spanish."""
_LOWER = (
    rf"\d{{1,6}}[a-z]? (?:[a-z][\w.'-]{{0,20}} ){{1,4}}?(?:{_ENDS}|{_WEAK})\b\.?{_UNIT}?"
    rf"(?:,? [a-z]+(?: [a-z]+)?)?,? (?:{_STATES.lower()}),? \d{{5}}(?:-\d{{4}})?"
)
FRENCH_WORDS = (
    r"(?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|cours|route|square|passage|faubourg|esplanade|villa"
    r"|sentier|voie)\b"
)
FRENCH_LETTERS = "abcefipqrsvABCEFIPQRSV"
"""What they begin with: to ask for a letter first is faster than to try each word."""
_FRENCH = (
    r"\d{1,4}(?: ?(?:bis|ter|quater))?,? "
    rf"{FRENCH_WORDS} (?:(?:de la|de l['’]|du|des|de|d['’]|la|le|les) ?)?"
    rf"{_NAME}(?: (?:de |du |des |la |le )?{_NAME}){{0,4}}(?:(?:, ?\n?|\n| )(?:F-)?\d{{5}} {_CITY})?"
)
TOWN = re.compile(
    rf"(?:,|,? ?\n)? ?(?:[A-Z]{{1,2}}-)?(?:\d{{4,5}}(?:-\d{{3}})?(?: [A-Z]{{2}})?|\d{{2}}-\d{{3}})"
    rf",? {_CITY}{_PROVINCE}?"
)
FLAT = re.compile(
    rf"(?:Flat|Studio) \d{{1,4}}[A-Z]?(?:, ?\n?|\n){_NAME}(?: {_NAME}){{0,3}}(?:, ?\n?|\n){_TOWN}"
    rf"(?:,? {{1,2}}|,? ?\n){_POSTCODE}(?!\w)"
)
"""A flat of a house without a number, before the street, the town and its British code."""
FORCES = re.compile(r"[adf]po a[aep],? \d{5}(?:-\d{4})?(?!\d)")
SHIP = re.compile(r"\bus(?:s|ns|cgc|nv) [a-z]{2,20},?\s$")
"""Post offices of the American forces; a ship is its own address."""
BOX = re.compile(
    r"(?:unit|psc|cmr|rr|hc|route) \d{1,5},? box \d{1,6}(?:,?\s[adf]po,? a[aep] \d{5})?|"
    rf"p\.? ?o\.? ?box \d{{1,6}}(?:,? (?:[a-z][a-z.'-]{{1,20}} ?){{1,3}}"
    rf",? (?:{_STATES.lower()})\b(?:,? \d{{5}}(?:-\d{{4}})?)?)?"
)

_FIRST = r"(?:, ?| )(?:n[º°o.]{1,2} ?)?\d{1,4}(?: ?[a-zA-Z](?!\w))?(?:[-/]\d{1,4})?(?![\w.]\w|\d)"
ENDINGS = (
    "straße", "strasse", "straat ", "str.", "gasse", "platz", "allee", "damm", "ufer", "weg ", "ring ", "laan ",
    "kade ", "gracht ", "singel ", "plein ", "gatan ", "vägen ",
)  # fmt: skip
"""Words that end the name of a street whose number comes last."""
BEGINNINGS = (
    "calle ", "avenida ", "avda ", "avda. ", "av. ", "plaza ", "paseo ", "carrer ", "via ", "viale ", "piazza ",
    "corso ", "largo ", "rua ", "travessa ", "praça ", "ul. ", "c/ ", "camino ", "vicolo ", "contrada ", "borgo ",
)  # fmt: skip
"""Words that begin such a name."""
LANDMARKS = ("markt ", "hof ")
"""Words that end the name of a street or of anything else: a town with its code must follow the number."""
FLATS, BOXES, ARMY = ("flat ", "studio "), "box ", "po a"
WORDS = frozenset({*ENDINGS, *BEGINNINGS, *LANDMARKS, *FLATS, BOXES, ARMY})
"""What stands in every address that `streets` finds, in small letters."""

BEHIND = re.compile(rf"[^\W\d_]{{0,24}}+\.?{_FIRST}")
BEFORE = re.compile(
    rf"(?:Calle|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrer|Via|Viale|Piazza|Corso|Largo|Rua|Travessa|Praça|[Uu]l\.|C/|Camino|Vicolo"
    rf"|Contrada|Borgo)"
    rf"(?: (?:de la|de las|de los|del|della|delle|dei|da|das|do|dos|de|di|la))?"
    rf"(?: [A-ZÀ-Ý\d][\w.'’-]{{1,30}}){{1,4}}?{_FIRST}(?:, ?[0-9]{{1,2}}[ºª°]\.? ?(?:[A-Z](?!\w)|[a-z]{{3,5}}\b\.?)?)?"
    rf"{_FLOOR}?"
)
NAME_BACK = re.compile(r"[\w.-]{0,40}(?: [\w.'-]{1,20}(?<=[A-ZÀ-Ý])(?=\W|$)){0,2}")

_NO_HOUSE = (
    "of|chapter|section|page|figure|route|line|version|january|february|march|april|may|june|july|august|september"
    "|october|november|december"
)
NO_HOUSE = re.compile(rf"\b(?:{_NO_HOUSE}) $")
NO_YEAR = re.compile(rf"\b(?:in|since|by|until|during|before|after|year|{_NO_HOUSE}) $")
"""What makes the number before a street a page or a chapter, and what makes it a year."""


NUMBERED = re.compile(rf"{_ENGLISH}|{_FRENCH}|{_LOWER}|{_POSTED}")
NUMBER = re.compile("[0-9]+")


def numbered(seen: Seen, start: int) -> Found | None:
    """An address that begins with the number at `start`."""
    text = seen.text
    match = NUMBERED.match(text, start)
    if match is None:
        return _coded(text, start)
    if start and (text[start - 1].isalnum() or text[start - 1] in "$€£#.-/:"):
        return None
    number = NUMBER.match(text, start)
    size = number.end() - start if number else 0
    years = size == 4 and text[start : start + 2] in {"19", "20"}
    words = NO_YEAR if years else NO_HOUSE if size < 3 else None
    if words and words.search(seen.small, max(0, start - 12), start):
        return None
    return Found(start, match.end(), "ADDRESS", 0.75)


def _coded(text: str, start: int) -> Found | None:
    """An address whose street needs no word for it: its number stands before the code of a town."""
    match = (
        CODED.match(text, start)
        if text.find(",", start, start + 26) >= 0 or text.find("\n", start, start + 26) >= 0
        else None
    )
    name = NAMED_BEFORE.search(text, max(0, start - 60), start) if match else None
    return Found(name.start(), match.end(), "ADDRESS", 0.7) if match and name else None


def streets(seen: Seen, words: Hits) -> Iterator[Found]:
    """Addresses with the number last, and boxes at the post office; `words` are the places of `WORDS`."""
    for found in _numbered_last(seen.text, words):
        town = TOWN.match(seen.text, found.end)
        yield Found(found.start, town.end(), found.kind, found.confidence) if town else found
    yield from _by_landmarks(seen.text, words)
    yield from _boxes(seen.small, words.get(BOXES, ()))
    yield from _flats(seen.text, words)
    yield from _forces(seen.small, words.get(ARMY, ()))


def _numbered_last(text: str, words: Hits) -> Iterator[Found]:
    for ends, rule in ((ENDINGS, _behind), (BEGINNINGS, _before)):
        for word in ends:
            for at in words.get(word, ()):
                if found := rule(text, at):
                    yield found


def _flats(text: str, words: Hits) -> Iterator[Found]:
    for word in FLATS:
        for at in words.get(word, ()):
            if match := FLAT.match(text, at):
                yield Found(at, match.end(), "ADDRESS", 0.8)


def _forces(small: str, places: Iterable[int]) -> Iterator[Found]:
    for at in places:
        if at and (match := FORCES.match(small, at - 1)):
            ship = SHIP.search(small, max(0, at - 31), at - 1)
            yield Found(ship.start() if ship else at - 1, match.end(), "ADDRESS", 0.8)


def _boxes(small: str, places: Iterable[int]) -> Iterator[Found]:
    end = 0
    for at in places:
        box = BOX.search(small, max(end, at - 13), at + 120)
        if box and box.start() <= at:
            end = box.end()
            yield Found(box.start(), end, "ADDRESS", 0.8)


def _by_landmarks(text: str, words: Hits) -> Iterator[Found]:
    for word in LANDMARKS:
        for at in words.get(word, ()):
            found = _behind(text, at)
            if found and (town := TOWN.match(text, found.end)):
                yield found._replace(end=town.end())


def _behind(text: str, at: int) -> Found | None:
    match = BEHIND.match(text, at)
    if match is None:
        return None
    back = re.split(r"[^\w.'’ -]", text[max(0, at - 40) : at])[-1]
    words = back.split(" ")
    taken = [words.pop()]
    # "Berliner Str." and "Am Ring" have their name in words of their own; capitals tell where it begins.
    while words and len(taken) < 3 and words[-1][:1].isupper():
        taken.insert(0, words.pop())
    name = " ".join(taken)
    start = at - len(name)
    if not text[start : start + 1].isupper():
        return None
    return Found(start, match.end(), "ADDRESS", 0.75)


def _before(text: str, at: int) -> Found | None:
    match = BEFORE.match(text, at)
    if match is None or (at and text[at - 1].isalnum()):
        return None
    return Found(at, match.end(), "ADDRESS", 0.75)
