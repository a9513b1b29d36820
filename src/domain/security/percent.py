"""Percent escapes (RFC 3986, 2.1), read as browsers and servers read them."""

from __future__ import annotations

import re

ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def unquoted(text: str) -> str:
    """`text` with its percent escapes read as UTF-8; what is none stays as it is."""
    return ESCAPES.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text
    )
