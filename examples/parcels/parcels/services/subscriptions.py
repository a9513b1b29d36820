"""Who wants to hear about which parcel."""

from __future__ import annotations

from ..domain.states import State
from . import events

_subscribers: dict[str, list[tuple[str, list[str]]]] = {}


def subscribe(number: str, email: str, channels: list[str] = []) -> list[str]:
    """Tell an address about a parcel, by e-mail at least."""
    if "email" not in channels:
        channels.append("email")
    _subscribers.setdefault(number, []).append((email, channels))
    return channels


def subscribers(number: str) -> list[tuple[str, list[str]]]:
    """Everyone who hears about a parcel, with their channels."""
    return list(_subscribers.get(number, []))


def announce_return(number: str, place: str) -> bool:
    """Tell everyone that a parcel goes back."""
    return events.record(number, State.MOVING, State.RETURNED, "RET", place)
