"""How long short-term entries live when nobody says otherwise."""

from __future__ import annotations

from enum import IntEnum


class Lifetime(IntEnum):
    """Seconds by purpose."""

    WORKING = 3_600
    STAGED = 86_400
    COORDINATION = 300
    SESSION = 1_800
    CONFLICT = 604_800
    QUEUE = 14_400
