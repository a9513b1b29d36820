"""Who may edit a folder, and until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..errors import LockHeld, UserError

EXPIRED = "lock-expired"


@dataclass(frozen=True, slots=True)
class EditTicket:
    """The right of `owner` to edit `root` until `expires_at`; each new grant has a greater `number`."""

    root: str
    owner: str
    number: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LockRecord:
    """What is known of a folder's lock; `depth` counts how often its owner has taken it, 0 is free."""

    number: int = 0
    owner: str = ""
    depth: int = 0
    expires_at: datetime | None = None
    pid: int = 0
    host: str = ""
    alive: str = ""

    def is_held(self, now: datetime) -> bool:
        """Whether somebody has it, as far as the time tells."""
        return bool(self.depth) and self.expires_at is not None and now < self.expires_at

    def granted(self, owner: str, until: datetime) -> LockRecord:
        """A new grant to `owner`."""
        return LockRecord(self.number + 1, owner, 1, until)

    def again(self, until: datetime) -> LockRecord:
        """Taken once more by its owner; never for shorter than before."""
        return replace(self, depth=self.depth + 1, expires_at=max(until, self.expires_at or until))

    def released(self) -> LockRecord:
        """Given back once."""
        return replace(self, depth=max(0, self.depth - 1))

    def fits(self, ticket: EditTicket, now: datetime) -> bool:
        """Whether `ticket` is still worth something."""
        return self.is_held(now) and (self.number, self.owner) == (ticket.number, ticket.owner)


def until(owner: str, now: datetime, seconds: float) -> datetime:
    """When a grant to `owner` ends; raises UserError for nobody, or for no time."""
    if not owner.strip() or seconds <= 0:
        hint = "name the owner, and give more than 0 seconds"
        raise UserError(f"an edit lock for {owner!r} and {seconds:g} s is none", code="lock", hint=hint)
    return now + timedelta(seconds=seconds)


def held_by(root: str, record: LockRecord) -> LockHeld:
    """The error for whoever comes second."""
    end = record.expires_at.isoformat(timespec="seconds") if record.expires_at else "?"
    who = record.owner + (f" (process {record.pid} on {record.host})" if record.pid else "")
    return LockHeld(
        f"{who} is editing {root!r} until {end}",
        details={"root": root, "owner": record.owner, "pid": record.pid, "until": end},
        hint="wait for it to finish, or for that moment",
    )


def expired(ticket: EditTicket) -> LockHeld:
    """The error for a holder whose time was over, or whose lock has gone to somebody else."""
    end = ticket.expires_at.isoformat(timespec="seconds")
    return LockHeld(
        f"the right of {ticket.owner!r} to edit {ticket.root!r} has ended (it ran until {end})",
        code=EXPIRED,
        details={"root": ticket.root, "owner": ticket.owner, "until": end},
        hint="take the lock anew, and look at the files again",
    )
