"""Which of the things that are kept is meant by the beginning of its id."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.errors import UnknownName

SHOWN = 5
"""Candidates that an ambiguous prefix is answered with."""


def the_one(kind: str, prefix: str, candidates: Sequence[str]) -> str | None:
    """The id of a `kind` that `prefix` means, among those that begin with it; raises UnknownName for several."""
    if prefix in candidates:
        return prefix
    if len(candidates) > 1:
        more = ", …" if len(candidates) > SHOWN else ""
        raise UnknownName(
            f"{prefix!r} is the beginning of several {kind}s",
            details={"kind": kind, "name": prefix, "known": list(candidates)},
            hint=f"give more of it: {', '.join(candidates[:SHOWN])}{more}",
        )
    return candidates[0] if candidates else None
