"""A number of tokens as a server reports it, which may be anything."""

from __future__ import annotations

MOST = 10**9
"""Of one call; more than a thousand times what any model takes in or gives out."""


def token_count(reported: object) -> int | None:
    """The tokens; None for what can be no such number: text, a fraction, true, less than nothing, beyond `MOST`."""
    # Not isinstance: a bool is an int, too.
    return reported if type(reported) is int and 0 <= reported <= MOST else None
