"""A sweeper that is killed again and again: nothing is in neither tier, nothing is promoted twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster import MemoryConfig, UnifiedMemory
from muster.application.memory.promotion_sweeper import PromotionSweeper
from muster.domain.ports.short_term_store import ShortTermStore
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.redis_short_term_store import RedisShortTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.processes import finish, python
from tests.fakes.redis_server import redis_server

KILLS = 15
KEYS = [f"k{number:03}" for number in range(600)]
# One process that has everything loaded makes the sweepers, and kills each of them after some steps and a moment.
KILLER = """
import asyncio, os, random, signal, sys, time
import redis.asyncio
from pathlib import Path
from muster.application.memory.promotion_sweeper import PromotionSweeper
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.integration.test_promotion_killed import opened

class Told(SqliteLongTermStore):
    async def store(self, *what, **more):
        os.write(steps, b"!")
        done = await super().store(*what, **more)
        os.write(steps, b"!")
        return done

def work(place, path):
    clock = SystemClock()
    asyncio.run(PromotionSweeper(opened(place)[0], Told(Path(path), clock), clock).run(0.001))

chance = random.Random(7)
for _ in range(int(sys.argv[3])):
    looks, steps = os.pipe()
    pid = os.fork()
    if pid == 0:
        work(sys.argv[1], sys.argv[2])
    os.close(steps)
    for _ in range(chance.randint(1, 30)):
        assert os.read(looks, 1) == b"!"
    time.sleep(chance.uniform(0, 0.004))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
"""
# Written within the transaction of the store itself, so that no writing of an entry goes unnoticed.
WATCH = """
CREATE TABLE told (key BLOB);
CREATE TRIGGER told_new AFTER INSERT ON entries BEGIN INSERT INTO told VALUES (new.key); END;
CREATE TRIGGER told_again AFTER UPDATE ON entries BEGIN INSERT INTO told VALUES (new.key); END;
"""


def opened(place: str) -> tuple[ShortTermStore, Callable[[], None]]:
    """The short-term store at an address or a path, and what closes it."""
    if place.startswith("redis:"):
        client = RedisClient(place, patience=20)
        return RedisShortTermStore(client), client.close
    store = EmbeddedShortTermStore(SystemClock(), Path(place))
    return store, store.close


async def written(long: SqliteLongTermStore) -> list[str]:
    """The key of every writing of an entry since WATCH."""
    told = await long._database.read(lambda c: [key.decode() for (key,) in c.execute("SELECT key FROM told")])
    return sorted(told)


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the short-term entries are kept."""
    if request.param == "file":
        yield str(tmp_path / "short.db")
        return
    with redis_server() as server:
        yield server.url


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are made by forking")
async def test_killed_at_any_point_nothing_is_lost_and_nothing_promoted_twice(
    place: str, tmp_path: Path
) -> None:
    """Fifteen kills, while somebody looks for each entry all the time."""
    path = tmp_path / "long.db"
    (short, close), long = opened(place), SqliteLongTermStore(path)
    await long.list_keys()
    await long._database.read(lambda c: c.execute(WATCH).fetchall())
    assert await short.stash_many({key: [key] for key in KEYS}, 0.001, promote_on_expiry=True)
    killer = python(KILLER, place, str(path), str(KILLS))
    looks = 0
    while killer.poll() is None:
        waiting = await short.retrieve_many(KEYS)
        kept = set(await long.list_keys())
        assert [key for key in KEYS if key not in waiting and key not in kept] == []
        looks += 1
        await asyncio.sleep(0.01)
    finish(killer)
    left = await short.keys()
    assert looks > KILLS
    assert 0 < len(left) < len(KEYS), "the kills came before the first or after the last promotion"
    assert set(await PromotionSweeper(short, long, SystemClock()).sweep()) == set(left)
    assert await written(long) == KEYS
    assert [await long.retrieve(key) for key in KEYS] == [[key] for key in KEYS]
    assert await short.keys() == ()
    long.close()
    close()


async def test_those_who_open_one_memory_promote_each_entry_once(tmp_path: Path) -> None:
    """Through all that is wrapped around the stores; who is slow takes away nothing that another has written."""
    config = MemoryConfig(data_dir=tmp_path)
    many = [UnifiedMemory("ann", config) for _ in range(4)]
    assert await many[0].store("first", 1)
    long = SqliteLongTermStore(tmp_path / "memory.db")
    await long._database.read(lambda c: c.execute(WATCH).fetchall())
    for key in KEYS[:100]:
        assert await many[0].stash(key, [key], 0.001, promote_on_expiry=True)
    told = await asyncio.gather(*(one.sweep() for one in many))
    assert await written(long) == sorted(key for some in told for key in some) == KEYS[:100]
    long.close()
    for one in many:
        one.close()
