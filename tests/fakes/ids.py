"""Identifiers that can be foretold."""

from __future__ import annotations

import itertools

from muster.domain.ports.ids import Ids


class FakeIds(Ids):
    """`run-000001`, `msg-000002`, …: one row of numbers over all prefixes."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        """The next one."""
        return f"{prefix}-{next(self._numbers):06d}"
