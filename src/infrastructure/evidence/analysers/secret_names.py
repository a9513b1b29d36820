"""The names that credentials are given, and what makes another thing of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from ...common.needles import Needles

MARKS = ("pass", "contrase", "kennwort", "pw", "secret", "token", "key", "cred", "auth", "api", "appid")
NEEDLES = Needles(MARKS)
BEFORE_MARK = 14
"""Characters of a name that may stand before its mark; a mark stands in each."""
WHOSE = (
    "api", "access", "auth", "private", "signing", "ssh", "encryption", "encrypt", "account", "master", "aes", "hmac",
    "fernet", "cipher", "crypto", "app", "license", "licence", "storage", "session", "webhook", "deploy", "shared",
    "client", "server", "service", "consumer", "jwt", "subscription", "admin",
)  # fmt: skip
"""What a key is the key to."""
LEADING = re.compile(rf"[_\- ]?(?:{'|'.join(whose[::-1] for whose in WHOSE)})")
"""What a name may begin with before `key`, read from there backwards: one place to look at is enough."""
PHRASE = "mot de "
"""The same before `passe`."""
KEY_OF = rf"(?:{'|'.join(WHOSE)})[_\- ]?key"
LONG = {
    "pa": r"passw(?:or)?d|passphrase|passcode|passwort", "pw": "pwd", "se": "secret", "to": "token",
    "cr": "credentials?", "co": "contrase(?:ñ|n)a", "ke": "kennwort", "ap": r"appid|(?:api|app)[_\- ]?key",
    "au": r"auth[_\- ]?key",
}  # fmt: skip
"""Names that are telling wherever they stand, by the first letters of their marks."""
SHORT = (
    r"(?:(?<![A-Za-z])(?:[Pp]ass|PASS|[Pp]w|PW|[Aa]uth|AUTH|[Aa]pi|API|[Cc]reds?|CREDS?|[Kk]ey|KEY)"
    r"|(?<=[a-z0-9])(?:Pass|Pw|Auth|Creds?|Key)|(?<=[A-Z0-9]{3})KEY|(?<=root)pw|(?<=bind)pw"
    r"|(?<=user)pass|(?<=db)pass|(?<=smtp)pass|(?<=mail)pass|(?<=ftp)pass|(?<=db)pw|(?<=my)pw)(?:_?[0-9])?(?![\w\-])"
)
"""Names that are parts of many words: whole words only, and nothing after them."""


def _name(long: str) -> re.Pattern[str]:
    return re.compile(rf"((?i:{long}))([\w\-]{{0,40}}+)|({SHORT})")


NAME = _name("|".join([*LONG.values(), KEY_OF, "mot de passe"]))
NAMES = {letters: _name(long) for letters, long in LONG.items()}
"""The same for a name that begins with its mark."""
HEADING = "key-----"
"""The end of a key's first or last line, which names no value: the key below it has a rule of its own."""
BEFORE = re.compile(r"[\w.\-]*+")
LONGEST_BEFORE = 40
"""Characters of a name that are looked at before the telling word."""
NOT_A_SECRET = re.compile(
    r"^[_\-]?(?:hash|sha\d*|digest|md5|checksum|fingerprint|length|len|size|name|names|field|url|uri|path|file|filename|dir"
    r"|ids?|types?|header|prefix|suffix|pattern|regex|re|ttl|age|expir\w*|version|count|limit|min|max|label|title|help"
    r"|hint|message|msg|error|validator\w*|arn|ref|env|var|param|policy|scope|endpoint|host|user|username|salt|s?_?class"
    r"|last\w*|changed\w*|s?manager|index|position|pos|start|end|format|regexp|map|table|column|placeholder|text|description|generator|reset\w*)s?(?![a-z0-9])",
    re.IGNORECASE,
)
PUBLIC_NAME = re.compile(
    r"public|publishable|next|page|cursor|continuation|sync|csrf|xsrf|authenticity|site|expected|hashed|encrypted|tokeni[sz]",
)
"""For small letters."""
PUBLIC = "public "
PLAIN_KEY = re.compile(
    r"(?:cache|primary|foreign|sort|row|partition|object|index|map|hash|group|message|i18n|translation|lookup|registry"
    r"|host|range|order|unique|idempotency|routing|storage|search|sub|dict|event|query|state|react|item|node|tree|kms|hot)"
    r"[_.\-]?$",
    re.IGNORECASE,
)


def names(text: str) -> Iterator[re.Match[str]]:
    """What NAME finds from left to right, looked for only where its marks stand: they are found much faster."""
    lowered = text.replace("İ", "i").lower()  # no other letter becomes two
    done = 0
    for place in _places(lowered):
        if place < done:
            continue
        name = None
        if lowered[place] in "kp" and (
            leading := _leading(lowered, done, place)
        ):  # only keys and passwords have such
            name = NAME.match(text, place - leading)
        if name is None:
            name = NAMES[lowered[place : place + 2]].match(text, place)
        if name is not None:
            done = name.end()
            yield name


def _places(lowered: str) -> list[int]:
    """Where the marks stand, in order, but for those that name no value."""
    places = sorted(chain.from_iterable(NEEDLES.hits(lowered).values()))
    if HEADING not in lowered:
        return places
    return [place for place in places if not lowered.startswith(HEADING, place)]


def _leading(lowered: str, done: int, place: int) -> int:
    """How many characters before the mark at `place` belong to the name."""
    if lowered[place] == "p":
        return (
            len(PHRASE)
            if lowered.startswith(PHRASE, place - len(PHRASE)) and place - len(PHRASE) >= done
            else 0
        )
    whose = LEADING.match(lowered[max(done, place - BEFORE_MARK) : place][::-1])
    return 0 if whose is None else whose.end()


def called(name: re.Match[str]) -> str:
    """The telling word itself, in small letters."""
    return (name.group(1) or name.group(3)).lower()


def prefix_of(text: str, name: re.Match[str], start: int) -> str:
    """The part of a longer name that stands before the telling word, not before `start`: at most 40 characters."""
    first, word = max(start, name.start() - LONGEST_BEFORE), name.start()
    if word <= first or not (text[word - 1].isalnum() or text[word - 1] in "_.-"):
        return ""
    part = BEFORE.match(text[first:word][::-1])
    return text[word - part.end() : word] if part is not None else ""


def is_public(text: str, name: re.Match[str], start: int, prefix: str) -> bool:
    """Whether what stands around the word makes another thing of it; `prefix` is what `prefix_of` gives."""
    more, short = name.group(2, 3)
    if (more and NOT_A_SECRET.match(more)) or PUBLIC_NAME.search(f"{prefix}\n{name.group()}".lower()):
        return True
    if not prefix and text[max(start, name.start() - len(PUBLIC)) : name.start()].lower() == PUBLIC:
        return True
    return bool(short and PLAIN_KEY.search(prefix))
