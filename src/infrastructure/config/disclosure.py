"""What of a setting may be shown: addresses without their passwords, and no key that stands in a wrong place."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

KEY = re.compile(
    r"(?:sk-|[sr]k_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|gsk_|hf_|xai-|r8_|xox[a-z]-|AIza|nvapi-|pplx-|dapi)"
    r"[A-Za-z0-9_\-]{12,}"
    r"|A(?:KIA|SIA)[A-Z0-9]{16}"
)
DRAWN = re.compile(r"(?=(?:[^0-9]*[0-9]){4})[A-Za-z0-9]{24,200}")
"""Letters and several digits without any break: no name is like that."""
LONGEST_NAME = 64
HIDDEN = "…"


def looks_like_key(text: str) -> bool:
    """Whether `text` is in the form of a key, or of the values that generators draw."""
    return bool(KEY.match(text) or DRAWN.fullmatch(text))


def shown(text: str) -> str:
    """`text` as it may be printed: an address has neither user nor query, and a key is not shown."""
    if "://" in text:
        return _address(text)
    return HIDDEN if looks_like_key(text) else text


def _address(text: str) -> str:
    scheme = text.partition("://")[0]
    try:
        parts = urlsplit(text)
    except ValueError:
        return f"{scheme}://{HIDDEN}"
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":  # may be the rest of a password with a / in it
        return f"{scheme}://{HIDDEN}"
    user, at, host = parts.netloc.rpartition("@")
    hidden = f"{HIDDEN}@" if at or user else ""
    return f"{scheme}://{hidden}{host}{parts.path}{'?' + HIDDEN if parts.query or parts.fragment else ''}"


def is_loopback(url: str) -> bool:
    """Whether the host of `url` can only be this machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        host = urlsplit(url).hostname or ""
        # Programs differ in where a backslash ends the host.
        return "\\" not in url and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
