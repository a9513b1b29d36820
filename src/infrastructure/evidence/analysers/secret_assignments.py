"""Passwords, tokens and keys that are written beside their name, in whatever quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .secret_values import is_chosen, is_random, is_something_else, stands_in

MARKS = ("passw", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "access_key", "accesskey",
         "access-key", "auth_key", "private_key", "signing_key", "encryption_key", "credential", "accountkey",
         "sharedaccesskey", "master_key", "masterkey")  # fmt: skip
LONGEST_LINE = 1500
"""Characters; longer lines are data or minified code, where a name tells nothing."""
NAME = re.compile(
    r"(passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|auth_key|private_key|signing_key"
    r"|encryption_key|credentials?|accountkey|master_?key)([\w\-]{0,40}+)",
    re.IGNORECASE,
)
ESCAPES = r"\\{0,7}+"
"""Before a quote that stands inside JSON text, or inside JSON text inside JSON text."""
LINE_END, WRAPPED_END = re.compile(r"\n"), re.compile(r"\n|\\n")
WRAPPED = frozenset({"", "json"})
"""Languages in which a whole file may stand as one text of JSON, its lines ended by a backslash and an n."""
BEFORE = re.compile(r"[\w.\-]{0,40}$")
SEPARATOR = re.compile(
    rf"(?:{ESCAPES}[\"'\]]){{0,3}}+[ \t]{{0,20}}+"
    r"(?::[ \t]{0,8}+(?:str|String|string|bytes|Final(?:\[str\])?|&'?(?:static )?str|Optional\[str\]|str \| None)"
    r"[ \t]{0,8}+=(?!=)"
    rf"|=>|:=|=(?![=>])|:(?![:=])|,(?=[ \t]{{0,8}}+{ESCAPES}[\"'])"
    r"|>(?=[^<>\s]{1,200}+</))[ \t]{0,20}+"
)
QUOTED = re.compile(
    rf"(?:[rbuRBU]{{0,2}}+)({ESCAPES}(?:\"{{3}}|'{{3}}|[\"'`]))" r"([^\"'`\\\n]{1,300}+)(?:\1)"
)
BARE = re.compile(r"([^\s\"'`,;(){}\[\]<>|]{1,300}+)")
IN_CONNECTION = re.compile(r"([^\s\"'`;<>]{1,300}+)")
CONNECTION = re.compile(
    r"(?:server|data source|host|accountname|endpoint|uid|user id)\s{0,3}=[^;]{1,200};"
    r"|;\s{0,3}(?:server|host|uid|user id|accountname)\s{0,3}=",
    re.IGNORECASE,
)
FALLBACK = re.compile(
    r"(?:environ(?:\.get)?|getenv|config|env|setdefault|get)\(\s{0,8}\\{0,7}[\"'][\w\-]{0,60}$"
)
BARE_LANGUAGES = frozenset({"yaml", "env", "ini", "shell", "dockerfile", "text", "", "xml"})
NOT_A_SECRET = re.compile(
    r"^[_\-]?(?:hash|sha\d*|digest|md5|checksum|fingerprint|length|len|size|name|names|field|url|uri|path|file|filename|dir"
    r"|ids?|types?|header|prefix|suffix|pattern|regex|re|ttl|age|expir\w*|version|count|limit|min|max|label|title|help"
    r"|hint|message|msg|error|validator\w*|arn|ref|env|var|param|policy|scope|endpoint|host|user|username|salt|s?_?class"
    r"|index|position|pos|start|end|format|regexp|map|table|column|placeholder|text|description|generator|reset\w*)s?(?![a-z0-9])",
    re.IGNORECASE,
)
PUBLIC_NAME = re.compile(
    r"public|publishable|next|page|cursor|continuation|sync|csrf|xsrf|site|expected|hashed|encrypted|tokeni[sz]",
    re.IGNORECASE,
)
CHOSEN_NAMES = ("passw", "pwd", "passphrase")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A value beside a telling name; positions are in the whole text. `kind` names what it is called."""

    kind: str
    title: str
    start: int
    end: int
    confidence: float


def assigned(text: str, language: str) -> Iterator[Assigned]:
    """All values that pass the gates, in order; every line is looked at in time proportional to its length."""
    seen = -1
    for name in NAME.finditer(text):
        if name.start() < seen:
            continue
        start, end = _line(text, name, language)
        if end - start > LONGEST_LINE:
            seen = end
            continue
        found = _beside(text, name, start, end, language)
        if found is not None:
            yield found


def _line(text: str, name: re.Match[str], language: str) -> tuple[int, int]:
    """Where the line around `name` begins and ends; one that begins too far away begins at 0."""
    wrapped = language in WRAPPED
    earliest = max(0, name.start() - LONGEST_LINE)
    start = text.rfind("\n", earliest, name.start()) + 1
    if wrapped and (inner := text.rfind("\\n", max(earliest, start), name.start())) >= 0:
        start = inner + 2
    after = (WRAPPED_END if wrapped else LINE_END).search(text, name.end())
    return start, len(text) if after is None else after.start()


def _beside(text: str, name: re.Match[str], start: int, end: int, language: str) -> Assigned | None:
    before = BEFORE.search(text, max(start, name.start() - 40), name.start())
    prefix = before.group() if before else ""
    if NOT_A_SECRET.match(name.group(2)) or PUBLIC_NAME.search(prefix):
        return None
    separator = SEPARATOR.match(text, name.end(), end)
    if separator is None:
        return None
    if separator.group().lstrip("\\\"'] \t").startswith(",") and not FALLBACK.search(text, start, name.end()):
        return None
    value = _value(text, separator.end(), start, end, language)
    if value is None or PUBLIC_NAME.search(name.group()):
        return None
    return _judged(name.group(1).lower(), value[0], value[1], text)


def _value(text: str, position: int, start: int, end: int, language: str) -> tuple[int, int] | None:
    quoted = QUOTED.match(text, position, end)
    if quoted is not None:
        return quoted.span(2)
    bare = None
    if language in BARE_LANGUAGES:
        bare = BARE.match(text, position, end)
    elif CONNECTION.search(text, start, end):
        bare = IN_CONNECTION.match(text, position, end)
    if bare is None or text[bare.end() : bare.end() + 1] in {"(", "[", "{"}:
        return None
    return bare.start(1), bare.start(1) + len(bare.group(1).rstrip("\\"))  # escapes the quote that follows


def _judged(name: str, start: int, end: int, text: str) -> Assigned | None:
    value = text[start:end]
    if stands_in(value) or is_something_else(value):
        return None
    chosen = name.startswith(CHOSEN_NAMES)
    random = is_random(value)
    if not random and not (chosen and is_chosen(value)):
        return None
    kind = "password" if chosen else _kind(name)
    title = {"password": "password", "token": "token", "api-key": "API key"}.get(kind, "secret")
    return Assigned(kind, title, start, end, 0.85 if random else 0.6)


def _kind(name: str) -> str:
    if name == "token":
        return "token"
    return "api-key" if "key" in name and "private" not in name else "secret"
