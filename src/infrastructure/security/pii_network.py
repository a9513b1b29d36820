"""Addresses of machines and mailboxes: IPv4, IPv6, e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from socket import AF_INET6, inet_pton

from ..common.needles import Hits
from .pii_found import Found, Seen

_BETWEEN = r"[ \"'`:=(-]*(?:(?:is|was|now|to|from|number|no\.?|of|versions?|v|at)[ \"'`:=(-]+){0,2}"
VERSION_WORDS = re.compile(
    rf"(?:\b(?:versions?|ver|v|release|rev|revision|build|firmware|driver|oid|kernel|bios|sdk|runtime|library|item|clause|paragraph|article|figure|appendix|dotnet|windows|chapter|section"
    rf"|image|tag|assembly|fileversion|app_version){_BETWEEN}"
    r"|\b(?:upgrad|updat|downgrad|bump|install)(?:e|ed|es|ing|s)?\b[^\n]{0,30}"
    r"|\b(?:pull|push|image:?) [a-z0-9_./-]+:|==|>=|<=|~=|[a-z]-|\b(?:chrome|edg|opr|version|firefox|safari)/)$"
)
"""What stands before four numbers that are a version; also an image and its tag, a package and its number."""

NO_BETWEEN = " \"'`:=(-"
"""The signs that may stand between."""
_VERSION_LAST = (
    "version versions ver release rev revision build firmware driver oid kernel bios sdk runtime library item clause"
    " paragraph article figure appendix dotnet windows chapter section image tag assembly fileversion app_version is"
    " was now to from number no no. of at"
)
VERSION_ENDS = frozenset(word[-2:] for word in _VERSION_LAST.split())
"""The last two letters of the words that may stand last; besides, a `v`."""
VERSION_STEMS = ("grad", "updat", "bump", "install")
"""Beginnings of what may stand some words before."""
SIGNED = frozenset(":-/=")
"""The last sign of what is a version by its sign."""
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
PERSONAL_V4 = re.compile(rf"(?!(?:0|127|255)\.|[0-9]+\.0\.0\.0\Z){_OCTET}(?:\.{_OCTET}){{3}}")
"""The address of one machine: not loopback, not unspecified, not a mask; no number has a zero before it."""
OID_ROOT = "1.3.6.1"
"""The root of the internet's object identifiers."""
FILE_END = re.compile(r"\.(?:tar|tgz|zip|jar|deb|rpm|exe|dll|msi|whl|so)(?!\w)")

NOBODYS_V6 = frozenset((bytes(16), bytes(15) + b"\1"))
"""The unspecified address, and loopback."""
HEX_PAIR = re.compile(r":(?::|(?:[0-9A-Fa-f]{1,4}:){3})")
HEX_LEFT = re.compile(r"[0-9A-Fa-f:]{0,40}")
HEX_RIGHT = re.compile(
    r"[0-9A-Fa-f:]{0,34}:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\.[0-9])|[0-9A-Fa-f:]{0,40}"
)
"""The rest of an address; the last two groups may be written as an IPv4 address (RFC 4291, 2.2)."""

GOES_ON = re.compile(r"[^\W_]|\.[0-9]")

LOCAL_BACK = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}")
DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,40}|[^\W\d_]{2,24})(?![\w-]|@)"
)
DOMAIN_SPELLED = re.compile(
    r" ?[\[({] ?at ?[\])}] ?((?:[^\W_][\w-]{0,61}(?: ?[\[({] ?(?:dot|\.) ?[\])}] ?|\.)){1,5}[^\W\d_]{2,24})(?!\w)"
)
AT_SPELLED = frozenset({"at]", "at)", "at}", "at ]", "at )", "at }"})
"""One of these is in each address that is spelled."""
NOT_OF_THE_NAME = re.compile(r"[=&?|`{}/#!*^$]|%[23][0-9A-Fa-f]|(?<!\b[OoDd])'")
"""What a query, a list or an assignment puts before a mailbox's name; the apostrophe of O'Brien is part of it."""
FILES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "ico",
        "css",
        "js",
        "ts",
        "tsx",
        "jsx",
        "html",
        "json",
        "yml",
        "yaml",
        "toml",
        "lock",
    ]
)
"""Ends of file names such as `icon@2x.png`, none of which is a top-level domain."""


def v4(seen: Seen, start: int, end: int) -> Found | None:
    """The IPv4 address at this place, unless it is a version or says nothing about anybody."""
    written = seen.text[start:end]
    if (
        not PERSONAL_V4.fullmatch(written)
        or written == OID_ROOT
        or _is_version(seen.small[max(0, start - 40) : start])
    ):
        return None
    return None if _is_numbered(seen, start, end) else Found(start, end, "IP", 0.95)


def _is_version(before: str) -> bool:
    """Whether what stands before four numbers makes them a version; one look at its end tells most that do not."""
    words = before.rstrip(NO_BETWEEN)
    if words[-2:] in VERSION_ENDS or words[-1:] == "v" or before[-1:] in SIGNED:
        return VERSION_WORDS.search(before) is not None
    return any(map(before.__contains__, VERSION_STEMS)) and VERSION_WORDS.search(before) is not None


def _is_numbered(seen: Seen, start: int, end: int) -> bool:
    """Whether it is a program's small number, or a file's."""
    small = seen.small
    program = start > 1 and small[start - 1] == "/" and small[start + 1] == "." and small[start - 2].isalpha()
    return program or (small[end : end + 1] == "." and FILE_END.match(small, end) is not None)


def v6(text: str) -> Iterator[Found]:
    """IPv6 addresses; each stretch of hexadecimal groups is looked at once."""
    at = 0
    while pair := HEX_PAIR.search(text, at):
        left = HEX_LEFT.match(text[max(0, pair.start() - 40) : pair.start()][::-1])
        right = HEX_RIGHT.match(text, pair.start())
        start = pair.start() - (left.end() if left else 0)
        at = end = right.end() if right else pair.end()
        if text[end - 1] == ":" and text[end - 2 : end] != "::":
            end -= 1
        if _is_personal_v6(text, start, end):
            yield Found(start, end, "IP", 0.95)


def _is_personal_v6(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    groups = [group for group in written.split(":") if group]
    apart = (start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_-.")) and not GOES_ON.match(
        text, end
    )
    mapped = "." in written  # the last groups are an IPv4 address
    if not apart or not (mapped or len(groups) >= 2) or all(len(group) == 2 for group in groups):
        return False
    long = len(groups[0]) >= 3 or written.startswith("::ffff:") or len(groups) >= 5
    if not (mapped or long) or not any(char.isdigit() for char in written):
        return False
    try:
        address = inet_pton(AF_INET6, written)
    except OSError:
        return False
    return address not in NOBODYS_V6


def mail(seen: Seen, words: Hits) -> Iterator[Found]:
    """E-mail addresses; each `@` is looked at once, with at most 64 characters before it.

    `words` tell whether one of `AT_SPELLED` stands there.
    """
    text = seen.text
    at = text.find("@")
    while at >= 0:
        domain = DOMAIN.match(text, at + 1)
        if domain and (found := _mailbox(text, at, domain.end())):
            yield found
        at = text.find("@", at + 1)
    if not AT_SPELLED.isdisjoint(words):
        yield from _spelled(seen)


def _spelled(seen: Seen) -> Iterator[Found]:
    for domain in DOMAIN_SPELLED.finditer(seen.small):
        name = LOCAL_BACK.match(seen.text[max(0, domain.start() - 64) : domain.start()][::-1])
        if name and any(char.isalnum() for char in name[0]):
            yield Found(domain.start() - name.end(), domain.end(), "EMAIL", 0.8)


def _mailbox(text: str, at: int, end: int) -> Found | None:
    before = text[max(0, at - 65) : at]
    local = LOCAL_BACK.match(before[::-1])
    if local is None:
        return None
    name = NOT_OF_THE_NAME.split(local[0][::-1])[-1].lstrip(".-~+%")
    if not name or name[-1] == "." or len(name) > 64:
        return None
    start = at - len(name)
    if text[at + 1 : end].rpartition(".")[2].lower() in FILES or (
        name == "git" and text[end : end + 1] == ":"
    ):
        return None
    return None if _in_url(text, start, at) else Found(start, end, "EMAIL", 0.95)


def _in_url(text: str, start: int, at: int) -> bool:
    """Whether this is the `user:password@host` of a URL: a secret, not somebody's mailbox."""
    run = text[max(0, start - 80) : at]
    if "://" not in run:
        return False
    run = re.split(r"\s", run)[-1]
    scheme = run.rfind("://")
    return scheme >= 0 and not re.search(r"[/?#=]", run[scheme + 3 :])
