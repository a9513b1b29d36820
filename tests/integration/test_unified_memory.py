"""Memory as another program opens it: real files, processes and servers."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from muster import MemoryConfig, UnifiedMemory
from muster.domain.errors import AccessDenied, KeyUnavailable
from tests.fakes.processes import finish, python

KEY = "bXVzdGVyLXRlc3Qta2V5LW5vdC1hLXNlY3JldC0wMSE="
WRITER = """
    import asyncio, sys
    from muster import MemoryConfig, UnifiedMemory

    async def write():
        async with UnifiedMemory("ann", MemoryConfig(data_dir=sys.argv[1])) as memory:
            for number in range(100_000):
                await memory.store(f"k/{number:05}", {"n": number})
                print(number, flush=True)

    asyncio.run(write())
"""


@pytest.fixture(autouse=True)
def no_settings_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from this machine's own settings."""
    for name in ("MUSTER_MEMORY_KEY", "MUSTER_REDIS_URL", "MUSTER_USER"):
        monkeypatch.delenv(name, raising=False)


def config(folder: Path, **more: object) -> MemoryConfig:
    """Memory in a folder of the test."""
    return MemoryConfig(data_dir=folder / "data", **more)  # type: ignore[arg-type]


async def test_it_survives_a_restart_of_its_process(tmp_path: Path) -> None:
    """Both tiers, patterns, and what is staged."""
    script = """
        import asyncio, sys
        from muster import MemoryConfig, UnifiedMemory

        async def use():
            async with UnifiedMemory("ann", MemoryConfig(data_dir=sys.argv[1])) as memory:
                await memory.store("kept", {"n": 1})
                await memory.store("for a while", [1, 2], ttl=600)
                await memory.persist_pattern("wait for Retry-After", "lesson")
                print(await memory.stage_pattern("round half to even", "lesson"))

        asyncio.run(use())
    """
    (staged,) = finish(python(script, str(tmp_path / "data")))
    async with UnifiedMemory("ann", config(tmp_path, role="validator")) as memory:
        assert await memory.retrieve("kept") == {"n": 1}
        assert await memory.retrieve("for a while") == [1, 2]
        assert [one.content for one in await memory.search_patterns("waiting")] == ["wait for Retry-After"]
        promoted = await memory.promote_pattern(staged.strip())
        assert promoted is not None
        assert promoted.content == "round half to even"
        assert await memory.health_check() is True
        assert (await memory.get_backend_status()).long_term.entries == 3


async def test_what_is_to_be_kept_after_its_time_is_promoted_as_it_comes(tmp_path: Path) -> None:
    """At no moment is it gone; it belongs to whoever stashed it, and without the wish it is over."""
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        await memory.stash("a", {"n": 1}, 1, promote_on_expiry=True)
        await memory.stash("b", {"n": 2}, 1)
        async with asyncio.timeout(30):
            while (await memory.get_backend_status()).long_term.entries == 0:
                assert await memory.retrieve("a") == {"n": 1}
                await asyncio.sleep(0.05)
        assert (await memory.retrieve("a"), await memory.retrieve("b")) == ({"n": 1}, None)
        assert await memory.sweep() == ()
    async with UnifiedMemory("ben", config(tmp_path)) as ben:
        with pytest.raises(AccessDenied):
            await ben.retrieve("a")


async def test_two_users_of_one_folder_see_their_own(tmp_path: Path) -> None:
    """And what a project shares."""
    async with UnifiedMemory("ann", config(tmp_path)) as ann, UnifiedMemory("ben", config(tmp_path)) as ben:
        await ann.store("diary", "mine")
        with pytest.raises(AccessDenied):
            await ben.retrieve("diary")
        with pytest.raises(AccessDenied):
            await ben.store("diary", "now mine")
        assert await ben.search_patterns("mine") == ()
    async with UnifiedMemory("cid", config(tmp_path, granted=frozenset({"diary"}))) as cid:
        assert await cid.retrieve("diary") == "mine"


async def test_what_is_sensitive_needs_the_key_and_is_read_with_it_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another key it is refused, never guessed."""
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        with pytest.raises(KeyUnavailable):
            await memory.persist_pattern("the patient is allergic", "case")
    monkeypatch.setenv("MUSTER_MEMORY_KEY", KEY)
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        kept = await memory.persist_pattern("the patient is allergic", "case")
        assert kept is not None
        assert kept.classification.value == "SENSITIVE"
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        assert [one.id for one in await memory.search_patterns("allergies of patients")] == [kept.id]
    monkeypatch.setenv("MUSTER_MEMORY_KEY", KEY[:-4] + "AAA=")
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        with pytest.raises(KeyUnavailable):
            await memory.recall_pattern(kept.id)
        assert await memory.search_patterns("allergies") == ()


async def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    """Every one of it, whole; the last may have been written without being told."""
    process = python(WRITER, str(tmp_path / "data"))
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().splitlines() if line.isdigit()]
    process.communicate()
    async with UnifiedMemory("ann", config(tmp_path)) as memory:
        kept = [await memory.retrieve(f"k/{number:05}") for number in told]
        assert kept == [{"n": number} for number in told]
        beyond = await memory.retrieve(f"k/{told[-1] + 2:05}")
        assert beyond is None


@pytest.mark.parametrize(("user", "role"), [("", "contributor"), (" \t", "contributor"), ("ann", "king")])
def test_who_nobody_is_gets_no_memory(user: str, role: str, tmp_path: Path) -> None:
    """Before a file is made."""
    with pytest.raises(ValueError, match=r"blank|king"):
        UnifiedMemory(user, config(tmp_path, role=role))
    assert list(tmp_path.iterdir()) == []
