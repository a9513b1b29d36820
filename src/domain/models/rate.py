"""Rate limits of a provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many requests and tokens a minute; None is no limit."""

    requests: int | None = None
    tokens: int | None = None
