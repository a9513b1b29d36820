"""Passwords, tokens and keys that are written beside their name, in whatever quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .secret_compared import compared, is_called_with
from .secret_judged import CHOSEN_NAMES, Assigned, judged
from .secret_lists import listed, together
from .secret_names import BEFORE, is_public, names

LONGEST_LINE = 1500
"""Characters; longer lines are data or minified code, where a name tells nothing."""
ESCAPES = r"\\{0,7}+"
"""Before a quote that stands inside JSON text, or inside JSON text inside JSON text."""
LINE_END, WRAPPED_END = re.compile(r"\n"), re.compile(r"\n|\\n")
WRAPPED = frozenset({"", "json"})
"""Languages in which a whole file may stand as one text of JSON, its lines ended by a backslash and an n."""
SEPARATOR = re.compile(
    rf"(?:{ESCAPES}[\"'\])`]|\*\*|\[[0-9]{{0,4}}\]){{0,3}}+[ \t]{{0,20}}+"
    r"(?:=(?![=>])"
    r"|:[ \t]{0,8}+(?:str|String|string|bytes|Final(?:\[str\])?|&'?(?:static )?str|Optional\[str\]|str \| None)"
    r"[ \t]{0,8}+=(?!=)|(?<=[ \t])(?:string|String|str|varchar|std::string)[ \t]{0,4}+=(?!=)"
    rf"|=>|<-|As[ \t]String[ \t]?=|:{{1,3}}+=|[.?+]=|\|\|=|[=!]={{1,2}}+(?=[ \t]?[rbfuRBFU]?[\"'`])"
    r"|\.(?:equals|Equals|equalsIgnoreCase|contentEquals|compareTo)\((?=[\"'])"
    rf"|\{{ get; (?:[a-z ]{{0,12}}set; |init; )?\}} =|,[ \t]{{0,4}}default[ \t]?=(?=[ \t]?[\"'])"
    rf"|:(?:\*\*)?(?![:=])|,(?=[ \t]{{0,8}}+(?:\[\]byte\()?{ESCAPES}[\"'])|\((?={ESCAPES}[\"'])"
    r"|>(?=[ \t]{0,4}+[^<\s]{1,200}+[ \t]{0,4}+</))[ \t]{0,20}+(?:!!str[ \t]{1,4}+)?(?:&(?:quot|apos|#3[49]);)?"
)
BELOW = re.compile(r"[|>][+\-]?[ \t]{0,4}+\r?\n[ \t]{1,40}+(?=\S+[ \t]*(?:\n|$))")
"""In YAML: the value is the one line below."""
OTHERWISE = re.compile(r"[\"'\])]{0,3}+[ \t]{0,4}+(?:\|\||\?\?|\bor\b)[ \t]{0,4}+(?=[\"'`])")
"""A value in case that the first is missing."""
TOLD = re.compile(
    r"[ \t](?:for|of|to|in|on|at)[ \t]{1,2}+(?:[\w.@\-]{1,40}+[ \t]{1,2}+){0,3}?[\w.@\-]{1,40}+"
    r"(?:[ \t]is[ \t]{1,2}+|:[ \t]{0,2}+|[ \t]?=[ \t]?)(?=[\"'`]?[^\s\"'`=:,;()]{6})"
    r"|[ \t][-\u2013][ \t](?=[^\s\"'`=:,;()]{6})"
)
"""In prose: what it is for stands between."""
APART = re.compile(r"[ \t]{1,8}+(?:is[ \t]{1,2}+|was[ \t]{1,2}+|=[ \t]{1,2}+)?(?=[\"'`]?[^\s\"'`=:,;()]{6})")
"""Only a blank, or a verb: in statements, commands and prose."""
VALUE_OF = re.compile(
    rf"{ESCAPES}[\"']?[ \t]{{0,4}}+,?\s{{0,24}}+{ESCAPES}[\"']?[vV]alue{ESCAPES}[\"']?[ \t]{{0,4}}+[=:][ \t]{{0,4}}+"
)
"""Where name and value are two fields of their own, perhaps on two lines."""
MADE = r"(?:String::from|SecretString::from|SecretStr|Secret|Some|Buffer\.from|bytes|bytearray|\[\]byte)"
"""What turns a text into another type and keeps its value."""
IN_ELEMENT = re.compile(r"</(?:key|name|Key|Name)>\s{0,24}+<(?:string|[vV]alue)>|[\"']>\s{0,24}+<value>")
"""The same in a property list, and in a list of beans."""
QUOTED = re.compile(
    rf"(?:{MADE}\(|'(?=\")|\"(?='|\\+\"))?(?:[rbfuRBFU@]{{0,2}}+)({ESCAPES}(?:\"{{3}}|'{{3}}|[\"'`]))(?:\{{noop\}})?"
    r"([^\"'`\\\n]{1,300}+)(?:\1)"
)
HIDDEN = re.compile(r"[\"']?[ \t]?[=:]\s{0,12}+(?:- |[\[({])?[\"']?\*\*\*\*")
"""A value that has been masked before."""
ESCAPED_QUOTE = re.compile(r"(?:\\++|&(?:quot|apos|#3[49])\b.*+)$")
"""What begins to escape the quote that follows."""
BARE = re.compile(r"([^\s\"'`,;(){}\[\]<>|]{1,300}+)")
IN_CONNECTION = re.compile(r"([^\s\"'`;<>]{1,300}+)")
IN_TAG = re.compile(r"([^\s\"'`<]{1,300}+)[ \t]{0,4}+</")
IN_QUERY = re.compile(r"([^\s\"'`;<>&]{1,300}+)")
CONNECTION = re.compile(
    r"(?:server|data source|host|hostname|accountname|accountendpoint|endpoint|uid|user id|sharedaccesskeyname)"
    r"\s{0,3}=[^;]{1,200};"
    r"|;\s{0,3}(?:server|host|uid|user id|accountname)\s{0,3}=|\b(?:host|user|dbname)=[\w.\-]{1,80}[ ;]",
    re.IGNORECASE,
)
FALLBACK = re.compile(
    r"(?:(?:environ(?:\.get)?|getenv|config|env|setdefault|get|define|[sS]et|[aA]dd|[hH]eader|[sS]etItem|option|append|put"
    r"|set(?:Request)?Header|addHeader|fetch|getOrDefault|getProperty|setProperty)\("
    r"|(?:buildConfigField|resValue)\(\s{0,8}\"[Ss]tring\",)\s{0,8}\\{0,7}[\"'][\w\-]{0,60}$"
)
BARE_LANGUAGES = frozenset(
    {"yaml", "env", "ini", "shell", "dockerfile", "text", "", "xml", "markdown", "html", "rst"}
)
WORDED = frozenset({"shell", "dockerfile", "text", "", "markdown", "env", "ini"})
"""Languages in which a value may follow its name after a blank."""
PASSWORDS = frozenset({"password", "passwd", "pwd", "pass", "passphrase"})
"""Methods of builders that take one."""
PROSE = frozenset({"text", "", "markdown", "rst"})
NEAR = 200
"""Characters before a name in which a value may stand that is compared with it."""
WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$&*@.>-[\"' \t"
"""What may stand between a name and the sign before it."""
SIGNS = frozenset("=(,")
FOLLOWED = re.compile(r"[\"'`]?[ \t]{0,4}+,")
CLOSING = "\\\"') ]\t`*"
"""What may stand between a name and the sign behind it."""


def assigned(text: str, language: str) -> Iterator[Assigned]:
    """All values that pass the gates, in order; every line is looked at in time proportional to its length."""
    seen = -1
    for name in names(text):
        if name.start() < seen or HIDDEN.match(text, name.end()):
            continue
        start, end = _line(text, name, language)
        if end - start > LONGEST_LINE:
            seen = end
            continue
        if is_public(text, name, start):
            continue
        if (found := _beside(text, name, start, end, language)) is not None:
            yield found
        else:
            yield from _elsewhere(text, name, start, end)


def _elsewhere(text: str, name: re.Match[str], start: int, end: int) -> Iterator[Assigned]:
    """Values that stand before the name, among those of other names, or in a list."""
    head = text[max(start, name.start() - NEAR) : name.start()]
    sign = head.rstrip(WORD)[-1:]
    one = compared(text, name, head) if sign in SIGNS else None
    if one is None and (sign == "," or FOLLOWED.match(text, name.end())):
        one = together(text, name, head, end)
    if one is not None:
        yield one
    else:
        yield from listed(text, name)


def _line(text: str, name: re.Match[str], language: str) -> tuple[int, int]:
    """Where the line around `name` begins and ends; one that begins too far away begins at 0."""
    wrapped = language in WRAPPED
    earliest = max(0, name.start() - LONGEST_LINE)
    start = text.rfind("\n", earliest, name.start()) + 1
    if wrapped and (inner := text.rfind("\\n", max(earliest, start), name.start())) >= 0:
        start = inner + 2
    return start, _end(text, name.end(), wrapped)


def _end(text: str, start: int, wrapped: bool) -> int:
    """Where the line ends that goes on at `start`; most ends are near."""
    near = min(len(text), start + LONGEST_LINE + 1)
    end = text.find("\n", start, near)
    inner = text.find("\\n", start, near if end < 0 else end) if wrapped else -1
    if inner >= 0:
        return inner
    if end >= 0:
        return end
    after = (WRAPPED_END if wrapped else LINE_END).search(text, max(start, near - 1))
    return len(text) if after is None else after.start()


def _beside(text: str, name: re.Match[str], start: int, end: int, language: str) -> Assigned | None:
    place = _place(text, name, start, end, language)
    if place is None:
        return None
    quoted = QUOTED.match(text, place.start, place.limit)
    if quoted is not None:
        return judged(name, *quoted.span(2), text, is_placed=place.is_sure)
    tagged = IN_TAG.match(text, place.start, place.limit) if text[place.start - 1] in "> \t" else None
    if tagged is not None and ">" in text[max(name.end(), place.start - 21) : place.start]:
        return judged(name, *tagged.span(1), text, is_placed=True)
    form = None if place.only_quoted else _bare_form(text, name, start, end, language)
    bare = form.match(text, place.start, place.limit) if form is not None else None
    if bare is None or text[bare.end() : bare.end() + 1] in {"(", "[", "{"}:
        return None
    value = bare.group(1)
    if "\\" in value or "&" in value:
        value = ESCAPED_QUOTE.sub("", value)
    return judged(name, bare.start(1), bare.start(1) + len(value), text)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value may begin, where it ends at the latest, and whether nothing else than a value can stand there."""

    start: int
    limit: int
    only_quoted: bool
    is_sure: bool = False


def _place(text: str, name: re.Match[str], start: int, end: int, language: str) -> _Place | None:
    after = name.end()
    if (field := VALUE_OF.match(text, after, after + 100)) is not None:
        return _Place(field.end(), max(end, _line_end(text, field.end())), only_quoted=False)
    if text.startswith(("<", '">'), after) and (string := IN_ELEMENT.match(text, after, after + 40)):
        return _Place(string.end(), max(end, _line_end(text, string.end())), only_quoted=False)
    if (separator := SEPARATOR.match(text, after, end)) is not None:
        return _behind(text, name, start, end, separator)
    if (other := OTHERWISE.match(text, after, end)) is not None:
        return _Place(other.end(), end, only_quoted=True)
    return _apart(text, name, end, language)


def _apart(text: str, name: re.Match[str], end: int, language: str) -> _Place | None:
    """Where a value stands of which only blanks and words part the name."""
    apart = APART.match(text, name.end(), end)
    if apart is None and language in PROSE:
        apart = TOLD.match(text, name.end(), end)
    if apart is None or (name.group(3) or "").lower() in {"key", "auth", "api"}:
        return None
    if name.group(3) and text.startswith("`", apart.end()):  # a verb: pass `x`
        return None
    return _Place(apart.end(), end, language not in WORDED)


def _behind(text: str, name: re.Match[str], start: int, end: int, separator: re.Match[str]) -> _Place | None:
    """Where the value behind the `separator` stands; None where it is another thing's."""
    whole = separator.group().lstrip(CLOSING)
    mark = "=" if "default" in whole else whole[:2]
    if not _gives(text, name, start, mark):
        return None
    below = BELOW.match(text, separator.end(), separator.end() + 60) if mark[:1] == ":" else None
    if below is not None:
        return _Place(below.end(), _line_end(text, below.end()), only_quoted=False)
    sure = mark[:1] in {",", "("} or _compares(mark)
    return _Place(separator.end(), end, only_quoted=sure, is_sure=sure)


def _line_end(text: str, start: int) -> int:
    """The end of the line, or where a value would be too long."""
    end = text.find("\n", start, start + 300)
    return min(len(text), start + 300) if end < 0 else end


def _gives(text: str, name: re.Match[str], start: int, mark: str) -> bool:
    """Whether what follows `mark` is the value of `name`, and not merely another argument."""
    if mark[:1] == ",":
        told = FALLBACK.search(text, max(start, name.start() - 120), name.end())
        return told is not None or is_called_with(text, name, start)
    if mark[:1] == "(":
        before, dot, verb = text[max(start, name.start() - 40) : name.start()].rpartition(".")
        return verb.lower().startswith(("set", "with")) or bool(
            dot and not verb and name.group().lower() in PASSWORDS and before[-1:] != "."
        )
    return not _compares(mark) or name.group(1) is not None or name.group().lower().startswith(CHOSEN_NAMES)


def _compares(mark: str) -> bool:
    return mark in {"==", "!="} or (mark[:1] == "." and mark != ".=")


def _bare_form(text: str, name: re.Match[str], start: int, end: int, language: str) -> re.Pattern[str] | None:
    """How a value without quotes ends in such a text; None where there is none."""
    first = BEFORE.search(text, max(start, name.start() - 40), name.start())
    word = first.start() if first is not None else name.start()
    if word > 0 and text[word - 1] in "?&":
        return IN_QUERY
    if word > 0 and text[word - 1] in "\"'" and text[name.end() : name.end() + 1] == "=":
        return IN_CONNECTION
    if language in BARE_LANGUAGES or text.find("${", max(start, name.start() - 60), name.start()) >= 0:
        return BARE
    return IN_CONNECTION if CONNECTION.search(text, start, end) else None
