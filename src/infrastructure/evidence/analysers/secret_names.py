"""The names that credentials are given, and what makes another thing of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARKS = ("pass", "contrase", "kennwort", "pw", "secret", "token", "key", "cred", "auth", "api", "appid")
BEFORE_MARK, AFTER_MARK = 14, 64
"""Characters of a name that may stand before and after its mark; a mark stands in each."""
WHOSE = (
    "api", "access", "auth", "private", "signing", "ssh", "encryption", "encrypt", "account", "master", "aes", "hmac",
    "fernet", "cipher", "crypto", "app", "license", "licence", "storage", "session", "webhook", "deploy", "shared",
    "client", "server", "service", "consumer", "jwt", "subscription", "admin",
)  # fmt: skip
"""What a key is the key to."""
LEADING = ("mot de ", *(whose + between for whose in WHOSE for between in ("", "_", "-", " ")))
"""What a name may begin with before its mark."""
LONG = (
    r"passw(?:or)?d|pwd|passphrase|passcode|passwort|secret|token|credentials?|appid"
    rf"|(?:{'|'.join(WHOSE)})[_\- ]?key"
    r"|mot de passe|contrase(?:ñ|n)a|kennwort"
)
SHORT = (
    r"(?:(?<![A-Za-z])(?:[Pp]ass|PASS|[Pp]w|PW|[Aa]uth|AUTH|[Aa]pi|API|[Cc]reds?|CREDS?|[Kk]ey|KEY)"
    r"|(?<=[a-z0-9])(?:Pass|Pw|Auth|Creds?|Key)|(?<=[A-Z0-9]{3})KEY|(?<=root)pw|(?<=bind)pw"
    r"|(?<=user)pass|(?<=db)pass|(?<=smtp)pass|(?<=mail)pass|(?<=ftp)pass|(?<=db)pw|(?<=my)pw)(?:_?[0-9])?(?![\w\-])"
)
"""Names that are parts of many words: whole words only, and nothing after them."""
NAME = re.compile(rf"((?i:{LONG}))([\w\-]{{0,40}}+)|({SHORT})")
HEADING = "key-----"
"""The end of a key's first or last line, which names no value: the key below it has a rule of its own."""
BEFORE = re.compile(r"[\w.\-]{0,40}$")
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
PLAIN_KEY = re.compile(
    r"(?:cache|primary|foreign|sort|row|partition|object|index|map|hash|group|message|i18n|translation|lookup|registry"
    r"|host|range|order|unique|idempotency|routing|storage|search|sub|dict|event|query|state|react|item|node|tree|kms|hot)"
    r"[_.\-]?$",
    re.IGNORECASE,
)


def names(text: str) -> Iterator[re.Match[str]]:
    """What NAME finds from left to right, looked for only where its marks stand: they are found much faster."""
    lowered = text.lower()
    if len(lowered) != len(text):
        yield from NAME.finditer(text)
        return
    done = 0
    for place in sorted(_places(lowered)):
        if place < done:
            continue
        first = max(done, place - BEFORE_MARK)
        if lowered.endswith(LEADING, first, place):
            name = NAME.search(text, first, place + AFTER_MARK)
        else:
            name = NAME.match(text, place)
        if name is not None and name.start() <= place:  # one that begins later has a mark of its own
            done = name.end()
            yield name


def _places(lowered: str) -> Iterator[int]:
    for mark in MARKS:
        place = lowered.find(mark)
        while place >= 0:
            if not lowered.startswith(HEADING, place):
                yield place
            place = lowered.find(mark, place + 1)


def called(name: re.Match[str]) -> str:
    """The telling word itself, in small letters."""
    return str(name.group(1) or name.group(3)).lower()


def is_public(text: str, name: re.Match[str], start: int) -> bool:
    """Whether what stands around the word makes another thing of it."""
    before = BEFORE.search(text, max(start, name.start() - 40), name.start())
    prefix = before.group() if before else ""
    if NOT_A_SECRET.match(name.group(2) or "") or PUBLIC_NAME.search(f"{prefix}\n{name.group()}".lower()):
        return True
    if text[max(start, name.start() - 7) : name.start()].lower() == "public ":
        return True
    return bool(name.group(3) and PLAIN_KEY.search(prefix))
