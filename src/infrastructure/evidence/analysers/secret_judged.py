"""Whether a value that stands beside a telling name is a secret, and what it is called then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .secret_form import Found
from .secret_names import NAME, called, is_public, prefix_of
from .secret_values import (
    UUID,
    UUID_SIZES,
    is_brief,
    is_chosen,
    is_dense,
    is_lone_word,
    is_numbered,
    is_numeric,
    is_random,
    is_something_else,
    is_tangled,
    stands_in,
)  # fmt: skip

CHOSEN_NAMES = ("pass", "pwd", "pw", "mot de", "contrase", "kennwort")
NO_KEY = re.compile(r"(?:idempotency|client|request|device|push)[_\-]?$", re.IGNORECASE)
"""Tokens whose UUID only tells one request or one device from another."""
SHORTEST = 6
"""Characters of a password."""
LEAST_DENSE = 10
"""Characters of what can be told from words by its letters alone."""
LONG_NUMBER = 18
"""Digits of a key that is only a number."""
KEYS = frozenset({"key", "auth", "api"})
PURE_HEX = re.compile(r"[0-9a-fA-F]+$")
TITLES = {"password": "password", "token": "token", "api-key": "API key"}


def tells_secret(name: str, value: str) -> bool:
    """Whether `value`, called `name` in some data, is a secret: the name needs no quotes and no sign between."""
    bare = value.strip()
    for word in NAME.finditer(name):
        if (
            not is_public(name, word, 0, prefix_of(name, word, 0))
            and judged(word, 0, len(bare), bare) is not None
        ):
            return True
    return False


def judged(word: re.Match[str], start: int, end: int, text: str, *, is_placed: bool = False) -> Found | None:
    """The value of `text` between `start` and `end` as what `word` calls it; None where it is no secret.

    `is_placed` says that its place gives it to its name, whatever stands right before it.
    """
    value, size = text[start:end], end - start
    if size < SHORTEST:
        return None
    name = _told(called(word))
    opens = random = False
    if size >= LEAST_DENSE:  # what is shorter is neither tangled nor random
        if not name.is_key and is_tangled(value):
            return Found(name.kind, name.title, start, end, 0.6, "plain")
        opens = not name.is_key and size in UUID_SIZES and _opens(word, value)
        random = opens or is_random(value) or (not name.is_key and is_dense(value))
    if name.is_key:
        may_be = random and PURE_HEX.match(value) is None
    else:
        may_be = random or _is_password(
            word, name, value, "=" if is_placed else text[max(0, start - 6) : start]
        )
    # What most often tells that it is no secret comes first; what costs most comes last.
    if not may_be or stands_in(value) or (is_something_else(value) and not opens):
        return None
    if random:
        return Found(name.kind, name.title, start, end, 0.85, "strong")
    return Found(name.kind, name.title, start, end, 0.6, "plain")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a telling word says: what its values are called, and whether it names keys or chosen passwords."""

    kind: str
    title: str
    is_key: bool
    is_chosen: bool


@lru_cache(maxsize=256)
def _told(name: str) -> _Told:
    kind = _kind_of(name)
    return _Told(
        kind,
        TITLES.get(kind, "secret"),
        name.rstrip("_0123456789") in KEYS,
        name.startswith(CHOSEN_NAMES),
    )


def _is_password(word: re.Match[str], name: _Told, value: str, before: str) -> bool:
    """Whether it may be a password that was not drawn, or a key that is only a number."""
    if name.is_chosen and is_chosen(value):
        return True
    if value.isdecimal():
        return _ends(word) and (
            _is_number(word, value, before) or (name.is_chosen and _is_short(word, value, before))
        )
    return name.is_chosen and _ends(word) and _is_short(word, value, before)


def _is_number(name: re.Match[str], value: str, before: str) -> bool:
    """Whether it is a password, or the key of an interface, that is only a number."""
    if before.rstrip(" \t\"'`")[-1:] not in {"=", ":", ">"} or not is_numeric(value):
        return False
    telling = called(name)
    return telling.startswith(CHOSEN_NAMES) or (telling.startswith("api") and len(value) >= LONG_NUMBER)


def _is_short(name: re.Match[str], value: str, before: str) -> bool:
    """Whether it may be a password although it is short or a word; a sign or a quote gives it to its name."""
    signed = before.rstrip(" \t\"'`")[-1:] in {"", "=", ":", ">"}
    if (
        not signed
        and before[-1:] not in {'"', "'"}
        and not before.endswith("is `")
        and name.string[max(0, name.start() - 1) : name.start()] != "-"
    ):
        return False
    if is_numbered(value):
        return True
    return (name.group(1) is not None or signed) and (is_brief(value) or (signed and is_lone_word(value)))


def _ends(name: re.Match[str]) -> bool:
    """Whether the name says no more than that it is a password, or which."""
    more = name.group(2)
    if not more:
        return True
    more = more.strip("_-sS")
    return more.isdigit() or not more


def _opens(name: re.Match[str], value: str) -> bool:
    """Whether a UUID so called opens something: not one that is merely a token or a secret of its own kind."""
    if UUID.match(value) is None:
        return False
    longer = name.string[max(0, name.start() - 1) : name.start()]
    if called(name) == "token" and NO_KEY.search(name.string, max(0, name.start() - 12), name.start()):
        return False
    return called(name).startswith("api") or (
        called(name).startswith(("token", "secret")) and (longer.isalpha() or longer in {"_", "-"})
    )


def _kind_of(name: str) -> str:
    if name.startswith(CHOSEN_NAMES):
        return "password"
    if name == "token":
        return "token"
    return "api-key" if "key" in name and "private" not in name else "secret"
