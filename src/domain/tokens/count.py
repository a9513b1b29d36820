"""A number of tokens, and whether it is exact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a text; when not `exact`, the true count lies within ± `margin` (a share of it)."""

    tokens: int
    exact: bool = True
    margin: float = 0.0
