"""Where credentials stand in a text: in the forms of providers, in tokens and addresses, and beside telling names.

All of it takes time in proportion to the text.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from ...common.needles import Needles
from .secret_assignments import assigned
from .secret_blocks import SIZE, blocks
from .secret_commands import commanded
from .secret_form import Found, Provider
from .secret_manifests import manifest_values
from .secret_names import MARKS
from .secret_rules import PAIRS, PROVIDERS, WORD, Pair
from .secret_values import entropy, is_chosen, is_given, is_random, is_something_else, is_word, stands_in
from .secret_vendors import vendor_keys

MASK = "****"
PEM = re.compile(r"-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY(?: BLOCK)?-----")
PUTTY = re.compile(r"Private-Lines: [0-9]{1,3}+\r?\n((?:[A-Za-z0-9+/=]{1,64}+(?:\r?\n|$)){2,200}+)")
END = "-----END"
SHORTEST_KEY = 60
"""Characters of its body."""
BODY = re.compile(r"[A-Za-z0-9+/=\s\\\"',:.\-()_#*>|rn]{0,2000}")
KEY_LINES = re.compile(r"(?:[\s\\rn\"'#*>|,+()]*+[A-Za-z0-9+/=]{8,}+)*+")
"""What a private key goes on with where its end is missing."""
BASE64_LINE = re.compile(r"[A-Za-z0-9+/]{40,}+")
JWT = re.compile(r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]{10,}+\.eyJ[A-Za-z0-9_\-]{10,}+\.[A-Za-z0-9_\-]{20,}+")
SCHEME = re.compile(
    r"(?:Bearer|BEARER|bearer|Token|token|ApiKey|SSWS)[ \t]{1,4}+(?:token=)?\"?([A-Za-z0-9._~+/\-]{20,}+=*+)"
)
SCHEMES = ("earer ", "BEARER ", "oken ", "ApiKey ", "SSWS ", "earer\t")
BASIC = re.compile(r"(?:Basic|BASIC|basic)[ \t]{1,4}+([A-Za-z0-9+/]{12,}+={0,2}+)")
LOGIN = re.compile(r"://([^\s:/@\"'`<>{}$]{0,100}+):([^\s/@\"'`<>]{3,200}+)@([A-Za-z0-9.\-\[\]_]{1,100}+)")
NAMELESS = re.compile(r"https?://([A-Za-z0-9_\-]{20,200}+):{0,1}+@([A-Za-z0-9.\-]{1,100}+)")
"""A token in the place of the user."""
SHORTEST_RUN = 20
RUN = re.compile(r"[A-Za-z0-9_\-.+/=~:$%]{20,}+")
"""Each credential of a provider is, or begins with, such a run; ordinary text has few of them."""
FORMS = Needles(
    {mark for form in PROVIDERS for mark in form.marks} | {mark for pair in PAIRS for mark in pair.marks}
)
ESCAPED = frozenset({"\\n", "\\r", "\\t"})
PORT = re.compile(r"\d{1,5},")
"""What follows the colon of the first of several hosts."""
NOBODYS_HOST = re.compile(
    r"(?:^|\.)(?:example(?:\.\w+)?|test|invalid)$|^(?:host|hostname|server|proxy|ip)$", re.IGNORECASE
)


def candidates(text: str, language: str, size: int = SIZE, *, again: bool = False) -> Iterator[Found]:
    """Whatever a rule takes for a credential, from the surest rules to the vaguest; places may overlap.

    A long text is read in parts of about `size` characters: the order holds within each of them. `again` says that all
    that was found in it before has become `****`: a form of a provider can then only have come to light in a word that
    holds such a mark, for no form reads over a blank.
    """
    yield from _private_keys(text)
    for start, stop in blocks(text, (*MARKS, "identified"), size):
        if stop - start == len(text):
            yield from _in_part(text, language, again=again)
        else:
            for one in _in_part(text[start:stop], language, again=again):
                yield replace(one, start=one.start + start, end=one.end + start)


def _in_part(text: str, language: str, *, again: bool) -> Iterator[Found]:
    # A run holds no blank: words that are too short need no look by an expression.
    words = [word for word in text.split() if len(word) >= SHORTEST_RUN]
    runs = _runs(words)
    there = FORMS.present(runs)
    yield from _formed(
        text, FORMS.present(_runs([word for word in words if MASK in word])) if again else there
    )
    for pair in PAIRS:
        if not there.isdisjoint(pair.marks):
            yield from _paired(text, pair)
    yield from _tokens(text)
    yield from _logins(text)
    for start, end in commanded(text):
        yield Found("password", "password", start, end, 0.6, "plain")
    for start, end in vendor_keys(text, runs):
        yield Found("api-key", "API key", start, end, 0.7, "strong")
    for start, end in manifest_values(text):
        yield Found("secret", "secret of a manifest", start, end, 0.7, "plain")
    yield from assigned(text, language)


def _runs(words: list[str]) -> str:
    return " ".join(RUN.findall(" ".join(words)))


def _formed(text: str, there: set[str]) -> Iterator[Found]:
    """Credentials of providers of whose forms a mark is `there`."""
    for provider in PROVIDERS:
        if not there.isdisjoint(provider.marks):
            yield from _provided(text, provider)


def _provided(text: str, provider: Provider) -> Iterator[Found]:
    for match in provider.pattern.finditer(text):
        value = match.group()
        after = text[match.end() : match.end() + 1]
        if _is_inside(text, match.start()) or (after and after in WORD) or len(value) > provider.longest:
            continue
        body = value[len(provider.marks[0]) :]
        if stands_in(body) or entropy(body) < 3.0 or not _is_mixed(body):
            continue
        grade = "provider" if provider.is_live else "plain"
        yield Found(
            provider.kind,
            provider.title,
            match.start(),
            match.end(),
            0.95 if provider.is_live else 0.6,
            grade,
        )


def _paired(text: str, pair: Pair) -> Iterator[Found]:
    """The first credential of its form behind each id."""
    for name in pair.id.finditer(text):
        secret = pair.pattern.search(text, name.end(), name.end() + pair.reach)
        if secret is None or text[secret.end() : secret.end() + 1].isalnum():  # cut off by the reach
            continue
        if is_random(secret.group()) and not stands_in(secret.group()):
            yield Found(pair.kind, pair.title, *secret.span(), 0.85, "strong")


def _is_inside(text: str, start: int) -> bool:
    """Whether a word goes on at `start`; the letter of an escape such as the n of a line's end is none."""
    before = text[max(0, start - 2) : start]
    return before[-1:] in WORD and before not in ESCAPED


def _is_mixed(body: str) -> bool:
    """A body with no digit, and small letters only or capitals only, is a name that begins alike."""
    return any(char.isdigit() for char in body) or (
        len(body) >= 30
        and "_" not in body
        and "-" not in body
        and body.swapcase() != body.lower() != body.upper()
        and any(char.islower() for char in body)
        and any(char.isupper() for char in body)
    )


def _private_keys(text: str) -> Iterator[Found]:
    if "Private-Lines" in text:
        for match in PUTTY.finditer(text):
            yield Found("private-key", "private key", *match.span(1), 0.95, "provider")
    if "PRIVATE KEY" not in text:
        return
    for match in PEM.finditer(text):
        lines = _key_lines(text, match.end())
        body = "".join(line.group() for line in lines)
        if len(body) < SHORTEST_KEY or stands_in(body[:40]) or entropy(body) < 4.0:
            continue
        locked = "ENCRYPTED" in match.group(1) or "ENCRYPTED" in text[match.end() : match.end() + 60]
        title = "encrypted private key" if locked else "private key"
        yield Found(
            "private-key",
            title,
            match.end(),
            max(_end_of_key(text, match.end()), lines[-1].end()),
            0.95,
            "strong" if locked else "provider",
        )


def _key_lines(text: str, start: int) -> list[re.Match[str]]:
    """What makes a key of it: all of it goes, so that a second look finds nothing more."""
    limit = _limit(text, start, "-----BEGIN")
    if limit - start < SHORTEST_KEY:
        return []
    end = text.find(END, start, limit)
    limit = limit if end < 0 else end
    following = BODY.match(text, start, limit)
    return list(BASE64_LINE.finditer(text, start, following.end() if following is not None else start))


def _limit(text: str, start: int, mark: str) -> int:
    """Where the next `mark` begins, or the text ends."""
    found = text.find(mark, start)
    return len(text) if found < 0 else found


def _end_of_key(text: str, start: int) -> int:
    limit = _limit(text, start, "-----BEGIN")
    end = text.find(END, start, limit)
    if end >= 0:
        return end
    lines = KEY_LINES.match(text, start, limit)
    return max(start + 1, lines.end() if lines is not None else 0)


def _tokens(text: str) -> Iterator[Found]:
    if "eyJ" in text:
        for match in JWT.finditer(text):
            if _is_jwt(match.group()):
                yield Found("jwt", "signed token (JWT)", match.start(), match.end(), 0.7, "strong")
    yield from _headers(text)


def _headers(text: str) -> Iterator[Found]:
    """Values of Authorization headers."""
    if any(mark in text for mark in SCHEMES):
        for match in SCHEME.finditer(text):
            value = match.group(1)
            if is_random(value) and not stands_in(value) and not is_something_else(value):
                yield Found("bearer", "bearer token", *match.span(1), 0.8, "strong")
    if "asic" in text or "BASIC" in text:
        for match in BASIC.finditer(text):
            if _is_login(match.group(1)):
                yield Found("basic-auth", "user name with its password", *match.span(1), 0.75, "strong")


def _is_jwt(value: str) -> bool:
    """Decoded header with an algorithm, and a payload that is not the one of tutorials."""
    try:
        header, payload = (json.loads(_decoded(part)) for part in value.split(".")[:2])
    except (ValueError, RecursionError):
        return False
    if not isinstance(header, dict) or not isinstance(payload, dict):
        return False
    return "alg" in header and payload.get("sub") not in ("1234567890", "123456") and len(payload) > 0


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _is_login(value: str) -> bool:
    try:
        name, colon, password = _decoded(value).decode("ascii").partition(":")
    except ValueError:
        return len(value) >= 40 and is_random(value)  # no ASCII, and yet what the header is for
    return bool(name and colon and password.isprintable() and is_chosen(password)) and not stands_in(password)


def _logins(text: str) -> Iterator[Found]:
    if "://" not in text:
        return
    for match in LOGIN.finditer(text):
        name, host = match.group(1), match.group(3)
        password = unquote(match.group(2))
        if PORT.match(password) or password == name or stands_in(password) or is_something_else(password):
            continue
        anywhere = is_random(password) or is_chosen(password)
        if anywhere or (not NOBODYS_HOST.search(host) and (is_given(password) or is_word(password))):
            yield Found("password-in-url", "password inside a URL", *match.span(2), 0.85, "strong")
    for match in NAMELESS.finditer(text):
        token, host = match.groups()
        if (
            is_random(token)
            and not stands_in(token)
            and not NOBODYS_HOST.search(host)
            and "sentry" not in host
        ):
            yield Found("token-in-url", "token inside a URL", *match.span(1), 0.8, "strong")
