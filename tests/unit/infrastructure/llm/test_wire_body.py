"""A body is read within its limits, also one that never has to be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from muster.infrastructure.llm.wire_body import MOST_BYTES, TURN, TooLarge, bounded, refusal_in, whole


async def ready(piece: bytes, times: int) -> AsyncIterator[bytes]:
    """Pieces that are there before they are asked for."""
    for _ in range(times):
        yield piece


def soon(seconds: float = 5.0) -> float:
    """A moment by the clock of the loop."""
    return asyncio.get_running_loop().time() + seconds


async def test_what_is_always_there_leaves_the_others_their_turn() -> None:
    """They get one for every 64 kB."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    size = sum([len(piece) async for piece in bounded(ready(b"x" * 1024, 6400), soon())])
    beside.cancel()

    assert size == 100 * TURN
    assert turns >= 100


async def test_what_is_always_there_is_timed_as_well() -> None:
    """A moment that has passed is seen without anybody waiting for it."""
    with pytest.raises(TimeoutError):
        async for _ in bounded(ready(b"x", 1_000_000), soon(0.05)):
            pass


async def test_an_answer_may_be_as_large_as_its_limit() -> None:
    """One byte more is too much."""
    pieces = MOST_BYTES >> 20
    assert [len(piece) async for piece in bounded(ready(bytes(1 << 20), pieces), soon())] == [
        1 << 20
    ] * pieces
    with pytest.raises(TooLarge, match="its answer is larger than 64 MB"):
        async for _ in bounded(ready(bytes(1 << 20), pieces + 1), soon()):
            pass
    assert await whole(ready(b"12345", 2), soon()) == b"1234512345"


@pytest.mark.parametrize(
    ("piece", "times", "said"),
    [
        (b'{"a": 1}', 1, {"a": 1}),
        (b"no", 1, None),
        (b"", 0, None),
        (b"[", 60_000, None),
        (b"1", 70_000, None),
    ],
)
async def test_a_refusal_says_something_or_nothing(piece: bytes, times: int, said: object) -> None:
    """JSON that is short and whole is read; nothing else is."""
    assert await refusal_in(ready(piece, times)) == said
