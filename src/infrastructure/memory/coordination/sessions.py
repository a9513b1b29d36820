"""Sessions on a board."""

from __future__ import annotations

from collections.abc import Iterable

from ....domain.memory.lifetime import Lifetime
from ....domain.ports.sessions import Sessions
from ..json_values import checked_key
from . import states
from .board import Board, micros
from .packing import packed, unpacked, written


class BoardSessions(Sessions):
    """What lies damaged on the board is logged and is not shared."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def open(self, session: str, member: str, ttl_seconds: float | None = None) -> bool:
        """Become a member."""
        lifetime = micros(Lifetime.SESSION if ttl_seconds is None else ttl_seconds, "ttl_seconds")
        return bool(await self._board.ask(states.OPEN, checked_key(session), checked_key(member), lifetime))

    async def heartbeat(self, session: str, member: str) -> bool:
        """Stay for as long again."""
        return bool(await self._board.ask(states.HEARTBEAT, checked_key(session), checked_key(member)))

    async def members(self, session: str) -> tuple[str, ...]:
        """Who is in it."""
        return _names(await self._board.ask(states.MEMBERS, checked_key(session)))

    async def leave(self, session: str, member: str) -> bool:
        """Be a member no more."""
        return bool(await self._board.ask(states.LEAVE, checked_key(session), checked_key(member)))

    async def put(self, session: str, name: str, value: object) -> bool:
        """Share a value."""
        writing = written(name, value)
        return bool(await self._board.ask(states.PUT, checked_key(session), writing.key, packed(writing)))

    async def state(self, session: str) -> dict[str, object]:
        """All that is shared."""
        answer = await self._board.ask(states.STATE, checked_key(session))
        found = (unpacked(name, lying) for name, lying in zip(answer[::2], answer[1::2], strict=True))
        return {one.key.decode(): one.data() for one in found if one is not None}

    async def sessions(self) -> tuple[str, ...]:
        """All that have a member."""
        return _names(await self._board.ask(states.SESSIONS))


def _names(answer: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted(name.decode(errors="replace") for name in answer))
