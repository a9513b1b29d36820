"""Passwords, tokens and keys that are written beside their name, in whatever quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .secret_compared import compared, is_called_with
from .secret_form import Found
from .secret_judged import CHOSEN_NAMES, KEYS, SHORTEST, judged
from .secret_lines import Line
from .secret_lists import listed, together
from .secret_names import is_public, names, prefix_of
from .secret_tables import Columns

ESCAPES = r"\\{0,7}+"
"""Before a quote that stands inside JSON text, or inside JSON text inside JSON text."""
SEPARATOR = re.compile(
    rf"(?:{ESCAPES}[\"'\])`]|\*\*|\[[0-9]{{0,4}}\]){{0,3}}+[ \t]{{0,20}}+"
    r"(?:=(?![=>])"
    r"|:[ \t]{0,8}+(?:str|String|string|bytes|Final(?:\[str\])?|&'?(?:static )?str|Optional\[str\]|str \| None)"
    r"[ \t]{0,8}+=(?!=)|(?<=[ \t])(?:string|String|str|varchar|std::string)[ \t]{0,4}+=(?!=)"
    rf"|=>|<-|As[ \t]String[ \t]?=|:{{1,3}}+=|[.?+]=|\|\|=|[=!]={{1,2}}+(?=[ \t]?[rbfuRBFU]?[\"'`])"
    r"|\.(?:equals|Equals|equalsIgnoreCase|contentEquals|compareTo)\((?=[\"'])"
    rf"|\{{ get; (?:[a-z ]{{0,12}}set; |init; )?\}} =|,[ \t]{{0,4}}default[ \t]?=(?=[ \t]?[\"'])"
    rf"|:(?:\*\*)?(?![:=])|,(?=[ \t]{{0,8}}+(?:\[\]byte\()?{ESCAPES}[\"'])|\((?={ESCAPES}[\"'])"
    r"|>(?:<!\[CDATA\[)?(?=[ \t]{0,4}+[^<\s]{1,200}+[ \t]{0,4}+</))[ \t]{0,20}+"
    r"(?:!!str[ \t]{1,4}+)?(?:&(?:quot|apos|#3[49]);)?"
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
QUOTABLE = frozenset("\"'`\\@[rbfuRBFUSs")
"""What it begins with."""
HIDDEN = re.compile(r"[\"']?[ \t]?[=:]\s{0,12}+(?:- |[\[({])?[\"']?\*\*\*\*")
HIDDEN_NEAR = 24
"""Characters behind a name in which a value begins that has been masked before."""
ESCAPED_QUOTE = re.compile(r"(?:\\++|&(?:quot|apos|#3[49])\b.*+)$")
"""What begins to escape the quote that follows."""
BARE = re.compile(r"([^\s\"'`,;(){}\[\]<>|]{1,300}+)")
IN_CONNECTION = re.compile(r"([^\s\"'`;<>]{1,300}+)")
IN_TAG = re.compile(r"((?:[^\s\"'`<\]]|\](?!\]>)){1,300}+)(?:\]\]>)?[ \t]{0,4}+</")
IN_QUERY = re.compile(r"([^\s\"'`;<>&]{1,300}+)")
OPENED = re.compile(r"[\w\-]{0,60}+[\"']\\{0,7}+\s{0,8}+(?=[(,])")
"""From a name in quotes back to the bracket, or the comma, before it."""
FALLBACK = (
    "environ(", "env(", "config(", "setdefault(", "get(", "define(", "set(", "Set(", "add(", "Add(", "header(",
    "Header(", "setItem(", "SetItem(", "option(", "append(", "put(", "fetch(", "getOrDefault(",
    "getProperty(", "setProperty(",
)  # fmt: skip
"""What is called with a name and a value; `getenv` and `addHeader` end alike."""
FIELD = re.compile(r"(?:buildConfigField|resValue)\(\s{0,8}+\"[Ss]tring\",$")
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
AFTER = frozenset("\"'`])}\\*[ \t=:<.+?|!{,(>")
"""What may stand right behind a name with which a value goes on."""
FIELD_NEAR = 50
"""Characters behind a name in which the word `value` stands if it names a field."""
WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$&*@.>-[\"' \t"
"""What may stand between a name and the sign before it."""
OPENING = frozenset({",", "("})
BEFORE = frozenset({*WORD, *OPENING, "="})
"""What may stand right before a name that a value comes before."""
LISTING = frozenset("\"'` \t,")
APART_BY = frozenset("\"'])|? \t")
PLAIN = frozenset({"=", "= "})
FOLLOWED = re.compile(r"[\"'`]?[ \t]{0,4}+,")
CLOSING = "\\\"') ]\t`*"
"""What may stand between a name and the sign behind it."""


Place = tuple[int, int, bool, bool]
"""Where a value may begin, where it ends at the latest, whether it needs quotes, and whether nothing else than a value
can stand there."""


def assigned(text: str, language: str) -> Iterator[Found]:
    """All values that pass the gates, in order; every line is looked at in time proportional to its length."""
    line, columns = Line(text, language), Columns(text)
    for name in names(text):
        start, end = name.span()
        yield from columns.below(name)
        if not _may_have_value(text, start, end) or _is_hidden(text, end) or not line.moved_to(start, end):
            continue
        # Whether a name is one of another thing is asked last: few have a value at all.
        found = _beside(line, name)
        for one in (found,) if found is not None else _elsewhere(line, name):
            if is_public(text, name, line.start, prefix_of(text, name, line.start)):
                break
            yield one


def _may_have_value(text: str, start: int, end: int) -> bool:
    """Whether what stands right before or behind the name between `start` and `end` can give it a value."""
    after = text[end : end + 1]
    if after in AFTER or after.isalnum():
        return True
    if after.isspace() and text.find("alue", end, end + FIELD_NEAR) >= 0:
        return True
    return start > 0 and text[start - 1] in BEFORE


def _is_hidden(text: str, end: int) -> bool:
    """Whether the value of the name that ends there has been masked before."""
    return text.find("****", end, end + HIDDEN_NEAR) >= 0 and HIDDEN.match(text, end) is not None


def _elsewhere(line: Line, name: re.Match[str]) -> Iterator[Found]:
    """Values that stand before the name, among those of other names, or in a list."""
    text, (word, after) = line.text, name.span()
    follows = text[after : after + 1] in LISTING and FOLLOWED.match(text, after) is not None
    if follows or (word > line.start and text[word - 1] in BEFORE):
        head = text[max(line.start, word - NEAR) : word]
        sign = head.rstrip(WORD)[-1:]
        one = compared(text, name, head) if sign and sign in "=(," else None
        if one is None and (sign == "," or follows):
            one = together(text, name, head, line.end)
        if one is not None:
            yield one
            return
    yield from listed(text, name)


def _beside(line: Line, name: re.Match[str]) -> Found | None:
    text, place = line.text, _place(line, name)
    if place is None:
        return None
    start, limit, only_quoted, is_sure = place
    quoted = QUOTED.match(text, start, limit) if text[start : start + 1] in QUOTABLE else None
    if quoted is not None:
        return judged(name, *quoted.span(2), text, is_placed=is_sure)
    if text[start - 1] in "> \t" and text.find(">", max(name.end(), start - 21), start) >= 0:
        tagged = IN_TAG.match(text, start, limit)
        if tagged is not None:
            return judged(name, *tagged.span(1), text, is_placed=True)
    form = None if only_quoted else _bare_form(line, name)
    bare = form.match(text, start, limit) if form is not None else None
    if bare is None or text[bare.end() : bare.end() + 1] in {"(", "[", "{"}:
        return None
    value = bare.group(1)
    if "\\" in value or "&" in value:
        value = ESCAPED_QUOTE.sub("", value)
    return judged(name, start, start + len(value), text)


def _place(line: Line, name: re.Match[str]) -> Place | None:
    text, after = line.text, name.end()
    if text.find("alue", after, after + FIELD_NEAR) >= 0 and (
        field := VALUE_OF.match(text, after, after + 100)
    ):
        return field.end(), max(line.end, _line_end(text, field.end())), False, False
    if text.startswith(("<", '">'), after) and (string := IN_ELEMENT.match(text, after, after + 40)):
        return string.end(), max(line.end, _line_end(text, string.end())), False, False
    sign = text[after : after + 1]
    return _on_line(line, name, sign) if sign in AFTER or sign.isalnum() else None


def _on_line(line: Line, name: re.Match[str], sign: str) -> Place | None:
    """Where the value begins that stands behind the name on its line; `sign` is the character after the name."""
    text, after = line.text, name.end()
    if (separator := SEPARATOR.match(text, after, line.end)) is not None:
        return _behind(line, name, separator)
    if sign not in APART_BY:
        return None
    if (other := OTHERWISE.match(text, after, line.end)) is not None:
        return other.end(), line.end, True, False
    return _apart(line, name)


def _apart(line: Line, name: re.Match[str]) -> Place | None:
    """Where a value stands of which only blanks and words part the name."""
    text, short = line.text, name.group(3)
    apart = APART.match(text, name.end(), line.end)
    if apart is None and line.language in PROSE:
        apart = TOLD.match(text, name.end(), line.end)
    if apart is None or (short and short.lower() in KEYS):
        return None
    if short and text.startswith("`", apart.end()):  # a verb: pass `x`
        return None
    return apart.end(), line.end, line.language not in WORDED, False


def _behind(line: Line, name: re.Match[str], separator: re.Match[str]) -> Place | None:
    """Where the value behind the `separator` stands; None where it is another thing's."""
    start, whole = separator.end(), separator.group().lstrip(CLOSING)
    if whole in PLAIN:
        return (start, line.end, False, False) if line.end - start >= SHORTEST else None
    mark = "=" if "default" in whole else whole[:2]
    first, compares = mark[:1], _compares(mark)
    if (first in OPENING or compares) and not _gives(line, name, mark):
        return None
    if first == ":" and line.text.startswith(("|", ">"), start):
        below = BELOW.match(line.text, start, start + 60)
        if below is not None:
            return below.end(), _line_end(line.text, below.end()), False, False
    sure = first in OPENING or compares
    return (start, line.end, sure, sure) if line.end - start >= SHORTEST else None


def _line_end(text: str, start: int) -> int:
    """The end of the line, or where a value would be too long."""
    end = text.find("\n", start, start + 300)
    return min(len(text), start + 300) if end < 0 else end


def _gives(line: Line, name: re.Match[str], mark: str) -> bool:
    """Whether what follows `mark` is the value of `name`, and not merely another argument or something compared."""
    text, word = line.text, name.start()
    if mark[:1] == ",":
        return _falls_back(text[max(line.start, word - 120) : name.end()]) or is_called_with(
            text, name, line.start
        )
    if mark[:1] == "(":
        before, dot, verb = text[max(line.start, word - 40) : word].rpartition(".")
        return verb.lower().startswith(("set", "with")) or bool(
            dot and not verb and name.group().lower() in PASSWORDS and before[-1:] != "."
        )
    return name.group(1) is not None or name.group().lower().startswith(CHOSEN_NAMES)


def _falls_back(head: str) -> bool:
    """Whether a call begins in `head` with a name in quotes that its end belongs to, and a value follows."""
    opened = OPENED.match(head[::-1])
    if opened is None:
        return False
    place = len(head) - opened.end()
    return head.endswith(FALLBACK, 0, place) or (
        head[place - 1] == "," and FIELD.search(head, 0, place) is not None
    )


def _compares(mark: str) -> bool:
    return mark in {"==", "!="} or (mark[:1] == "." and mark != ".=")


def _bare_form(line: Line, name: re.Match[str]) -> re.Pattern[str] | None:
    """How a value without quotes ends in such a text; None where there is none."""
    text = line.text
    word = name.start() - len(prefix_of(text, name, line.start))
    sign = text[word - 1] if word > 0 else ""
    if sign and sign in "?&":
        return IN_QUERY
    if sign and sign in "\"'" and text.startswith("=", name.end()):
        return IN_CONNECTION
    if (
        line.language in BARE_LANGUAGES
        or text.find("${", max(line.start, name.start() - 60), name.start()) >= 0
    ):
        return BARE
    return IN_CONNECTION if line.connects else None
