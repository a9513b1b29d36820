"""Where an agent's step stands: which call of its model is under way."""

from __future__ import annotations


class Rounds:
    """Counts the calls of one agent's model; the calls of tools belong to the round that asked for them."""

    def __init__(self) -> None:
        self.current = 0

    def next(self) -> int:
        """The number of the call that begins now, from 1."""
        self.current += 1
        return self.current
