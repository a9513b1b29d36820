"""What servers have reported in place of a number of tokens."""

from __future__ import annotations

NO_COUNTS: tuple[object, ...] = (-1, -(10**25), 10**25, 10**9 + 1, "800", "many", 5.5, 800.0, True, [1], {})
