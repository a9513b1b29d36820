"""What sessions promise, wherever they are kept."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.ports.sessions import Sessions
from muster.infrastructure.memory.coordination.sessions import BoardSessions
from tests.contract.test_long_term_store import JSON, KEYS
from tests.fakes.boards import KINDS, opened_board
from tests.fakes.redis_server import RedisServer, redis_server

SHORT = 0.8


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sessions]:
    """Each in turn, without any session."""
    url = request.getfixturevalue("server").url if request.param == "redis" else ""
    with opened_board(request.param, tmp_path / "board.db", url) as board:
        yield BoardSessions(board)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    session=KEYS, members=st.sets(KEYS, min_size=1, max_size=4), state=st.dictionaries(KEYS, JSON, max_size=4)
)
def test_a_session_is_there_for_as_long_as_it_has_a_member(
    sessions: Sessions, session: str, members: set[str], state: dict[str, object]
) -> None:
    """Any names, any JSON; with the last member everything of it is gone."""

    async def use() -> None:
        opened = [await sessions.open(session, member) for member in [*members, *members]]
        assert opened == [True] + [False] * (2 * len(members) - 1)
        for name, value in state.items():
            assert await sessions.put(session, name, "old")
            assert await sessions.put(session, name, value)
        assert await sessions.state(session) == state
        assert await sessions.members(session) == tuple(sorted(members))
        assert await sessions.sessions() == (session,)
        assert [await sessions.leave(session, member) for member in members] == [True] * len(members)
        assert await sessions.state(session) == {}
        assert await sessions.members(session) == await sessions.sessions() == ()
        assert await sessions.put(session, "late", 1) is False
        assert await sessions.open(session, "again") is True
        assert await sessions.state(session) == {}
        assert await sessions.leave(session, "again") is True

    asyncio.run(use())


async def test_sessions_do_not_know_each_other(sessions: Sessions) -> None:
    """Neither their members nor what they share."""
    await sessions.open("a", "ann")
    await sessions.open("b", "ben")
    await sessions.put("a", "x", 1)
    await sessions.put("b", "x", 2)
    assert (await sessions.members("a"), await sessions.state("b")) == (("ann",), {"x": 2})
    assert await sessions.leave("a", "ben") is False
    assert await sessions.leave("a", "ann") is True
    assert await sessions.sessions() == ("b",)
    assert await sessions.state("b") == {"x": 2}


async def test_who_is_not_heard_of_is_a_member_no_more(sessions: Sessions) -> None:
    """Who is heard of stays, and with it the session and its state."""
    await sessions.open("s", "quiet", SHORT)
    await sessions.open("s", "alive", SHORT)
    await sessions.put("s", "x", 1)
    for _ in range(3):
        await asyncio.sleep(SHORT / 2)
        assert await sessions.heartbeat("s", "alive") is True
    assert await sessions.members("s") == ("alive",)
    assert await sessions.heartbeat("s", "quiet") is False
    assert await sessions.leave("s", "quiet") is False
    assert await sessions.state("s") == {"x": 1}
    await asyncio.sleep(SHORT + 0.05)
    assert await sessions.members("s") == await sessions.sessions() == ()
    assert await sessions.state("s") == {}
    assert await sessions.put("s", "x", 2) is False
    assert await sessions.heartbeat("s", "alive") is False
    assert await sessions.open("s", "new") is True
    assert await sessions.state("s") == {}


async def test_opening_again_changes_how_long_a_member_stays(sessions: Sessions) -> None:
    """Also by heartbeats from then on."""
    await sessions.open("s", "ann", SHORT)
    await sessions.open("s", "ann", 60)
    await sessions.open("s", "ben", 60)
    await sessions.open("s", "ben", SHORT)
    await sessions.heartbeat("s", "ann")
    await asyncio.sleep(SHORT + 0.05)
    assert await sessions.members("s") == ("ann",)


async def test_what_says_nothing_is_refused_and_changes_nothing(sessions: Sessions) -> None:
    """Names, times and values."""
    await sessions.open("s", "ann")
    await sessions.put("s", "x", 1)
    for name in ("", " ", "\ud800", "../x"):
        for attempt in (
            sessions.open(name, "ann"), sessions.open("s", name), sessions.heartbeat(name, "ann"),
            sessions.members(name), sessions.leave("s", name), sessions.put("s", name, 1), sessions.state(name),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="key"):
                await attempt
    for seconds in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="ttl_seconds"):
            await sessions.open("t", "ann", seconds)
    with pytest.raises(TypeError, match="not JSON"):
        await sessions.put("s", "x", object())
    assert (await sessions.sessions(), await sessions.state("s")) == (("s",), {"x": 1})
