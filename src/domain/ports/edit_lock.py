"""Port: who may edit a folder."""

from __future__ import annotations

from typing import Protocol

from ..workspace.locking import EditTicket


class EditLock(Protocol):
    """One owner a folder, for a limited time; the calls are short, nobody waits in them."""

    def acquire(self, root: str, owner: str, seconds: float) -> EditTicket:
        """The right to edit `root` for so many seconds; the owner that has it gets it again, and for no shorter.

        Raises LockHeld, which says who has it and until when. A holder whose time is over, or whose process is
        gone, has it no more.
        """
        ...

    def check(self, ticket: EditTicket) -> None:
        """Raises LockHeld of code "lock-expired" when the time of `ticket` is over or it was given back."""
        ...

    def release(self, ticket: EditTicket) -> None:
        """Give it back, as often as it was taken; a ticket that is worth nothing any more is no error."""
        ...
