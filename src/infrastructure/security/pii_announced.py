"""Addresses of any country: where words announce them, or the number of a flat stands in them.

What their streets are called is told by no rule. So words and numbers are read as letters, one for each, and an address
is a pattern over these letters: `NCN,CN` is "9 Dalmatinova 43, Velenje 3320".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from ..common.needles import Hits
from .pii_found import Found, Seen

_FLATS = "apt apartment apto suite ste unit flat room rm floor fl bldg building"
_WITHIN = (
    "de del della dei da do dos das di la le les du des den der am an im van von sur upon ul u út utca ulica"
    " cesta kapu bis ter"
)
_NOWHERE = (
    "and or of in on at to from is was are were has have the a with for by after not it this that ok am pm minute"
    " minutes hour hours day days week weeks month months year years times level levels places different items"
    " people euros dollars cents percent jan january feb february mar march apr april may jun june jul july aug"
    " august sep september oct october nov november dec december monday tuesday wednesday thursday friday saturday"
    " sunday eastern pacific chapter section part act volume terminal gate step line column version register page"
    " port"
)
KINDS = {
    **dict.fromkeys(_FLATS.split(), "U"),
    **dict.fromkeys(_WITHIN.split(), "p"),
    **dict.fromkeys(_NOWHERE.split(), "x"),
}
"""Letters of words: of a flat (U), small within names (p), of no address (x); of others, C with a capital, else l."""
WORD = re.compile(
    r"(([ ,\n]{0,12}+)"
    r"(?:([^\W\d_][\w’-]{0,30}+(?:'[\w’-]{1,30}+){0,3}+)"
    r"|(?:#?\d{1,6}(?: ?[a-zA-Z](?![\w.]))?(?:[/-]\d{1,5}[a-zA-Z]?)?|\d[\w-]{1,8})(?![\w%:]))"
    r"(\.(?=[ ,\n]))?(?=[\s,;!?)|<\"']|\.(?!\w)|$))|(?s:.)"
)
"""All of it, what parts it from the one before, the word if it is no number, and a dot; or nothing of an address."""
LONGEST = 120
"""Characters of the longest address."""
MOST = 400
"""Letters that are kept; then the next address is read anew."""
ABBREVIATED = 4
"""Characters of the longest word that a dot abbreviates; behind a longer one it ends the sentence."""

_UNIT = r"(?:[,;]?U[NC])"
_TOWN = r"(?:N{0,2}[,;]?[Cp]{0,3}C(?:,C(?![Cpl]))?(?:[,;]?N{1,2})?|N{1,2})"
_FAR = rf"(?:{_UNIT}+(?:(?>[Cp]{{0,3}}CN?)(?![Cpl]))?(?:[,;]{_TOWN})*|(?:[,;]{_TOWN})+)"
"""Flat, town, country, with their codes."""
_SMALL = r",l{1,2}(?=$|[,;x])"
_BETWEEN = r"N,?[Clp]{1,5}N(?![lx])"
_LAST = r"[Cp]{0,2}C[Cpl]{0,3},?N(?!l)C{0,3}"
_FIRST = r"N(?:,(?=C))?N?[Clp]{0,3}[Cl](?!N)"
"""Streets by where their numbers stand: on both sides, last, first."""
_MAYBE = (
    rf"{_BETWEEN}(?:{_FAR}|{_SMALL})?|{_LAST}{_FAR}"
    rf"|(?:N(?:,(?=C))?N?C[Cp]{{0,3}}C|N[lp]{{1,4}}(?={_UNIT})){_FAR}"
)
MAYBE = re.compile(_MAYBE)
"""Behind words that any place may follow: a name between two numbers, or more than a street."""
HOME = re.compile(rf"{_MAYBE}|NC{{2,3}}(?=$|[,;x])")
"""Behind words for where somebody lives."""
SURE = re.compile(
    rf"(?:[Clp]{{1,4}};)??(?P<it>(?:{_BETWEEN}|{_LAST})(?:{_FAR}|{_SMALL})?|(?=N?,?N?[lp]*C|N[^;]*N){_FIRST}{_FAR}?)"
)
"""Behind the word address; a line with a name may come first."""
BESIDE = re.compile(
    rf"(?:{_BETWEEN}|(?![^N]*,){_LAST}|N(?:,(?=C))?N?(?:[lp]{{0,3}}C[Clp]{{0,2}}|[lp]{{2,4}}))(?={_UNIT}){_FAR}"
)
FLAT = re.compile(rf"U[NC][,;]?(?:{_BETWEEN}|{_LAST}){_FAR}?")
"""With the number of a flat behind the street, or before it."""

ADDRESS = re.compile(
    r"(?:address(?:es)?|adres(?:s[ea]?|se)?|anschrift|direcci[oó]n|indirizzo|endereço)\b(?! (?:ip|mac|e?-?mail)\b)"
    r"(?:(?: of [^\d\n.;:?]{1,40}?)? (?:is|was|are|ist|lautet|est|es|è|é)(?: (?:now|at|in))?[ :]{1,3}"
    r"|[^\d\n.;:?=(]{0,40}?(?: ?[:?]\s{1,10}|(?:,| with| as| to) (?=\d))(?:it is |it's |they are )?)(?:the corner of )?"
)
LIVING = re.compile(r"(?:live[sd]?|living|resid(?:es?|ed|ing)) at ")
PLACE = re.compile(r"(?:live[sd]?|living|located|resid(?:es?|ed|ing)) (?:at|in|to|on) ")
NO_ADDRESS = re.compile(
    r"\b(?:ip|mac|e-?mail|web|memory|bus|url|http|base|return|start|key|network|wallet|bitcoin)[ _.-]?$"
)
"""What is called an address as well, and is not where somebody lives."""
CUES = {
    **dict.fromkeys(("dres", "anschrift", "direcci", "indirizz", "endereç"), ((ADDRESS, SURE),)),
    **dict.fromkeys(("liv", "resid"), ((LIVING, HOME), (PLACE, MAYBE))),
    "located ": ((PLACE, MAYBE),),
}
"""Words by what the text is searched for, each with the forms of address that may follow."""
NAME = re.compile(r"(?:\d{1,6}[a-z]?|[^\W\d_][\w.'’-]{1,30}),?")
STREET = re.compile(r"apt\b\.? ?\d[\w-]{0,6},?\s{1,8}(?:\d{1,6} )?(?!apt|suite)[^\W\d_]{2}", re.IGNORECASE)
"""The number of a flat, with something like a street behind it."""
STREETLIKE = re.compile(r"\d\D*?[^\W\d_]|[^\W\d_]\D*?\d")
"""A number and a word."""
MOST_BACK = 6
REACH = 70
"""Characters before the number of a flat in which the street begins."""
FLATS = ("apt", "suite ")
"""What the text is searched for; what must then stand there."""
NUMBERED = re.compile(r"(?:[Aa]pt|[Ss]uite|APT|SUITE)\b\.? ?\d")
HEADS = (*CUES, *FLATS)


class Words:
    """Words, numbers and borders (`,` and `;` for a new line) of a text as letters, as long as nothing else stands
    between them. Addresses side by side overlap where they are read; each word is turned into its letter once."""

    __slots__ = ("_begins", "_ends", "_from", "_next", "_open", "_text", "letters")

    def __init__(self, text: str) -> None:
        self._text = text
        self._start(0)

    def _start(self, at: int) -> None:
        self.letters, self._from = "", at
        self._begins, self._ends = list[int](), list[int]()
        self._next = WORD.finditer(self._text, at)
        self._open = True

    def read(self, start: int) -> tuple[int, int]:
        """From which letter to which the words from `start` on are, as many as may be of one address."""
        first = bisect_left(self._begins, start)
        if first >= min(MOST, len(self._begins)) or self._begins[first] != start:
            self._start(start)
            first = 0
        limit = start + LONGEST
        if self._open and (not self._ends or self._ends[-1] < limit):
            self._open = self._go_on(limit)
        letters, last = self.letters, bisect_left(self._ends, limit, first)
        flat = letters.find("U", first, last)
        while flat >= 0 and (other := letters.find("U", flat + 1, last)) >= 0:
            # Flats of one address stand side by side; another belongs to the next.
            if len(letters[flat + 1 : other].rstrip(",;")) != 1:
                return first, other + 1
            flat = other
        return first, last

    def match(self, form: re.Pattern[str], first: int, last: int) -> re.Match[str] | None:
        """What has this form from the letter `first` on.

        Where the reading ends at `last` in the middle of something, only what stands before the last border counts.
        """
        match = form.match(self.letters, first, last)
        if match and match.end() == last and self.letters[last : last + 1].isalpha():
            border = max(self.letters.rfind(",", first, last), self.letters.rfind(";", first, last), first)
            return form.match(self.letters, first, border)
        return match

    def found(self, first: int, last: int) -> Found:
        """The address that has these letters, without the dot of its sentence."""
        begin, end = self._begins[last - 1], self._ends[last - 1]
        if self._text[end - 1] == "." and (self.letters[last - 1] == "N" or end - begin > ABBREVIATED + 1):
            end -= 1
        return Found(self._begins[first], end, "ADDRESS", 0.7)

    def _is_last(self, begin: int, end: int, letter: str) -> bool:
        """Whether the dot of what stands there ends a sentence: behind a long word, or a number in a line."""
        return end - begin > ABBREVIATED + 1 or (letter == "N" and self._text.startswith(" ", end))

    def _go_on(self, limit: int) -> bool:
        """Takes up words up to `limit`, and tells whether more may follow."""
        begins, ends, end = self._begins, self._ends, self._ends[-1] if self._ends else self._from
        letters = list[str]()
        more = False
        for match in self._next:
            whole, gap, word, dot = match.groups()
            if not whole:
                break
            begin, end = end + len(gap), end + len(whole)
            if gap != " " and begins:
                if not gap.strip(" ") or gap.count("\n") > 1:
                    break
                letters.append(";" if "\n" in gap else ",")
                begins.append(begin - 1)
                ends.append(begin - 1)
            letter = (KINDS.get(word.lower()) or ("C" if word[0].isupper() else "l")) if word else "N"
            letters.append(letter)
            begins.append(begin)
            ends.append(end)
            if letter == "x" or (dot and self._is_last(begin, end, letter)):
                break
            if end >= limit:
                more = True
                break
        self.letters += "".join(letters)
        return more


def announced(seen: Seen, hits: Hits) -> Iterator[Found]:
    """Addresses behind words that announce them, and beside the numbers of flats: `hits` has the places of both."""
    words, end = Words(seen.text), 0
    # In their order, so that what was read for one is there for the next.
    for at, head in sorted((at, one) for one in HEADS for at in hits.get(one, ())):
        if head in CUES:
            start = _word(seen.small, at) if head == "dres" else at
            found = _behind(seen, words, start, CUES[head]) if _begins(seen, start) else None
        elif found := _by_flat(seen.text, at, words, end):
            end = found.end
        if found:
            yield found


def _word(small: str, at: int) -> int:
    """Where "address" or "adresse" begins of which the search has found the middle."""
    return at - 2 if small.startswith("ad", at - 2) else at - 1 if small.startswith("a", at - 1) else at


def _begins(seen: Seen, at: int) -> bool:
    """Whether a word begins there, also one of several written as one."""
    return at == 0 or not seen.small[at - 1].isalpha() or seen.text[at].isupper()


def _behind(
    seen: Seen, words: Words, at: int, cues: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
) -> Found | None:
    for cue, form in cues:
        match = cue.match(seen.small, at)
        if match:
            # Of forms that may follow the same words, the first allows all that the others do.
            other = NO_ADDRESS.search(seen.small, max(0, at - 12), at)
            return None if other else _address(words, match.end(), form)
    return None


def _by_flat(text: str, at: int, words: Words, first: int) -> Found | None:
    """The address with the number of a flat at `at`, if that is one; it begins at `first` or later."""
    if at < first or not NUMBERED.match(text, at) or (at and text[at - 1].isalnum()):
        return None
    return _with_flat(text, words, max(first, at - REACH), at)


def _with_flat(text: str, words: Words, first: int, at: int) -> Found | None:
    """The address with the number of a flat at `at`, which begins at `first` or later."""
    start, behind = _back(text, first, at), STREET.match(text, at)
    if not behind and not STREETLIKE.search(text, start, at):
        return None
    begin, stop = words.read(start)
    flat = words.letters.find("U", begin, stop)
    for place in range(begin, flat):
        match = words.match(BESIDE, place, stop)
        if match and match.end() > flat:
            return words.found(*match.span())
    match = words.match(FLAT, flat, stop) if behind and flat >= 0 else None
    return words.found(*match.span()) if match else None


def _back(text: str, first: int, at: int) -> int:
    """Where the names and numbers begin that stand before `at`."""
    words = text[first:at].rsplit(maxsplit=MOST_BACK)
    start = at
    cut = first and not text[first - 1].isspace() and not text[first].isspace()
    for word in reversed(words[1:] if cut else words):
        if not NAME.fullmatch(word) or KINDS.get(word.rstrip(".,").lower(), "p") != "p":
            break
        start = text.rindex(word, first, start)
    return start


def _address(words: Words, start: int, form: re.Pattern[str]) -> Found | None:
    """What begins at `start` in this form."""
    begin, stop = words.read(start)
    match = words.match(form, begin, stop)
    return words.found(*match.span("it" if form is SURE else 0)) if match else None
