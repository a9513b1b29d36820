"""What agents and processes that work side by side tell one another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A task that somebody has taken for a while.

    `attempt` is 1 for the first taker, and more after each that gave it back or died. `ticket` names this very
    taking, and no other ever has it.
    """

    queue: str
    id: str
    value: object
    attempt: int
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How many tasks wait, and how many are with somebody whose lease is not over."""

    waiting: int
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that is so until it is cleared or its time is over."""

    name: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was published on a channel.

    `missed` is how many before it this subscriber did not get because it was too slow or they were damaged; None when
    nobody can know, as after a server that has forgotten everything.
    """

    channel: str
    value: object
    missed: int | None = 0
