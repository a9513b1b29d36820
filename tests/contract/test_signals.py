"""What signals promise, wherever they are kept."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from muster.domain.memory.coordination import Signal
from muster.domain.ports.signals import Signals
from muster.infrastructure.memory.coordination.signals import BoardSignals
from tests.contract.test_long_term_store import JSON, KEYS
from tests.fakes.boards import KINDS, opened_board
from tests.fakes.redis_server import RedisServer, redis_server

SHORT = 0.6


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def signals(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Signals]:
    """Each in turn, none of them set."""
    url = request.getfixturevalue("server").url if request.param == "redis" else ""
    with opened_board(request.param, tmp_path / "board.db", url) as board:
        yield BoardSignals(board)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=KEYS, value=JSON)
def test_a_signal_is_set_until_it_is_cleared(signals: Signals, name: str, value: object) -> None:
    """With any value, null too; setting it anew replaces it."""

    async def use() -> None:
        assert await signals.wait(name, 0) is None
        await signals.set(name)
        assert await signals.wait(name, 0) == Signal(name=name, value=True)
        await signals.set(name, value)
        assert await signals.wait(name, 0) == Signal(name=name, value=value)
        assert [await signals.clear(name) for _ in range(2)] == [True, False]
        assert await signals.wait(name, 0) is None

    asyncio.run(use())


async def test_all_who_wait_are_woken_by_it_and_by_no_other(signals: Signals) -> None:
    """Who waits for another waits on."""
    waiting = [asyncio.create_task(signals.wait("go", 30)) for _ in range(20)]
    other = asyncio.create_task(signals.wait("stop", 30))
    await asyncio.sleep(0.05)
    await signals.set("go", {"by": "ann"})
    assert await asyncio.gather(*waiting) == [Signal(name="go", value={"by": "ann"})] * 20
    assert not other.done()
    await signals.set("stop")
    assert await other == Signal(name="stop", value=True)


async def test_who_waits_in_vain_is_told_so_in_time(signals: Signals) -> None:
    """Neither before nor long after."""
    started = time.monotonic()
    assert await signals.wait("never", SHORT) is None
    assert SHORT <= time.monotonic() - started < SHORT + 10


async def test_after_its_time_it_is_not_set(signals: Signals) -> None:
    """Others are."""
    await signals.set("short", ttl_seconds=SHORT)
    await signals.set("long", ttl_seconds=60)
    assert await signals.wait("short", 0) is not None
    await asyncio.sleep(SHORT + 0.05)
    assert await signals.wait("short", 0) is None
    assert await signals.clear("short") is False
    assert await signals.wait("long", 0) is not None


async def test_what_says_nothing_is_refused_and_changes_nothing(signals: Signals) -> None:
    """Names, times and values."""
    await signals.set("a", "old")
    for name in ("", " ", "\ud800", "../x"):
        for attempt in (signals.set(name), signals.wait(name, 0), signals.clear(name)):
            with pytest.raises(ValueError, match="key"):
                await attempt
    for seconds in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="ttl_seconds"):
            await signals.set("a", "new", seconds)
    with pytest.raises(ValueError, match="wait_seconds"):
        await signals.wait("a", -1)
    with pytest.raises(TypeError, match="not JSON"):
        await signals.set("a", object())
    assert await signals.wait("a", 0) == Signal(name="a", value="old")
