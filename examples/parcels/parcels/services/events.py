"""What has happened to a parcel, told to whoever wants to know."""

from __future__ import annotations

import logging

from ..domain.states import State, can_follow, describe
from . import notifications

log = logging.getLogger(__name__)


def record(number: str, now: State, then: State, event: str, place: str) -> bool:
    """Take up a carrier event; False if it cannot follow the state the parcel is in."""
    if not can_follow(now, then):
        log.warning("parcel %s cannot go from %s", number, now.value, then.value)
        return False
    notifications.announce(number, describe(event, place))
    return True
