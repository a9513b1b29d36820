"""Port: sessions, in which several work together and share some state."""

from __future__ import annotations

from typing import Protocol


class Sessions(Protocol):
    """Sessions by id; several processes may share them.

    A member stays for its time from when it was last heard of. A session, and all of its state, is there for as long
    as it has a member. Every method raises StorageError within seconds when what keeps them is away, and ValueError
    for a blank name.
    """

    async def open(self, session: str, member: str, ttl_seconds: float | None = None) -> bool:
        """Become a member for so long (`Lifetime.SESSION`); whether the session is new.

        Who is one already is one for so long from now. Raises ValueError for a time that is not above zero.
        """
        ...

    async def heartbeat(self, session: str, member: str) -> bool:
        """Stay for as long again; False for who is no member any more, and has to open the session anew."""
        ...

    async def members(self, session: str) -> tuple[str, ...]:
        """Who is in it, sorted; nobody when it is over."""
        ...

    async def leave(self, session: str, member: str) -> bool:
        """Be a member no more; whether it was one. With the last of them the session is over."""
        ...

    async def put(self, session: str, name: str, value: object) -> bool:
        """Share `value`, in place of what was there; False when the session is over.

        Raises TypeError for a value that is not JSON.
        """
        ...

    async def state(self, session: str) -> dict[str, object]:
        """All that is shared in it, as it was at one moment."""
        ...

    async def sessions(self) -> tuple[str, ...]:
        """All that have a member, sorted."""
        ...
