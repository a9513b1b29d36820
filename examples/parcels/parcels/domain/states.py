"""The life of a parcel, and the words in which people are told about it."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """Where a parcel is in its life."""

    ANNOUNCED = "announced"
    MOVING = "moving"
    WAITING = "waiting"
    DELIVERED = "delivered"
    RETURNED = "returned"


_NEXT = {
    State.ANNOUNCED: {State.MOVING},
    State.MOVING: {State.WAITING, State.DELIVERED, State.RETURNED},
    State.WAITING: {State.MOVING, State.DELIVERED, State.RETURNED},
    State.DELIVERED: set[State](),
    State.RETURNED: set[State](),
}


def can_follow(now: State, then: State) -> bool:
    """Whether a parcel may go from one state straight to the other."""
    return then in _NEXT[now]


def describe(event: str, place: str) -> str:
    """Say one carrier event in a sentence; an unknown event is quoted as it came."""
    match event:
        case "ANN":
            return "The sender has announced the parcel."
        case "PUP":
            return f"Picked up from the sender in {place}."
        case "DRP":
            return f"Dropped off at the shop in {place}."
        case "DEP":
            return f"Left the depot in {place}."
        case "ARR":
            return f"Arrived at the depot in {place}."
        case "SRT":
            return f"Sorted in {place}."
        case "EXP":
            return f"Left the country from {place}."
        case "IMP":
            return f"Entered the country at {place}."
        case "CUS":
            return f"With the customs office in {place}."
        case "CLR":
            return f"Cleared by the customs office in {place}."
        case "OFD":
            return f"Out for delivery in {place}."
        case "NHM":
            return "Nobody was at home."
        case "NBR":
            return "Left with a neighbour."
        case "SHP":
            return f"Waiting in the shop in {place}."
        case "LCK":
            return f"Waiting in the locker in {place}."
        case "ADR":
            return "The address was not found."
        case "REF":
            return "The recipient did not want the parcel."
        case "DMG":
            return f"Damaged in {place}; the sender has been told."
        case "RET":
            return "On its way back to the sender."
        case "DLV":
            return f"Delivered in {place}."
        case _:
            return f"Unknown event {event!r} in {place}."
