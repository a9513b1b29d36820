"""What a model call consumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several model calls; `reasoning` is a part of `output`, not an addition to it."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.reasoning + other.reasoning,
        )

    @property
    def total(self) -> int:
        """Tokens in and out, cached ones included."""
        return self.input + self.output + self.cache_read + self.cache_write

    @property
    def read(self) -> int:
        """Tokens that went in, cached ones included."""
        return self.input + self.cache_read + self.cache_write
