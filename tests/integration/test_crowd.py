"""Many processes with many threads each, on one memory; `make chaos` has more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.crowd import crowd
from tests.chaos.redis_killed import killed_redis


@pytest.mark.parametrize(
    ("kind", "processes", "threads"), [("sqlite", 8, 100), ("json", 4, 20)], ids=["SQLite file", "JSON files"]
)
def test_many_at_once_lose_nothing_and_see_nothing_torn(
    kind: str, processes: int, threads: int, tmp_path: Path
) -> None:
    """Each thread writes a key of its own and one that all of them write, and reads both."""
    numbers, wrong = crowd(tmp_path, kind, processes, threads, 1)
    assert wrong == []
    assert dict(numbers)["writes acknowledged"] == f"{2 * processes * threads:,}"


def test_a_redis_server_that_is_killed_takes_nothing_acknowledged_along(tmp_path: Path) -> None:
    """Killed and started again while entries are stashed and promoted: refused meanwhile, never lost."""
    numbers, wrong = killed_redis(tmp_path, 1, 5)
    assert wrong == []
    assert dict(numbers)["servers killed"] == 1
