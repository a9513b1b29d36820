"""Threads that write in one folder: one at a time, in their order, and no other process meanwhile."""

import threading
import time
from pathlib import Path

import pytest

from muster.domain.errors import LockHeld
from muster.infrastructure.common.exclusion import alone
from muster.infrastructure.memory import json_turns
from muster.infrastructure.memory.json_turns import Turns


def test_each_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    """Nobody comes in while somebody is inside, though all of them wait."""
    turns, said, go = Turns(tmp_path), list[str](), threading.Event()

    def stay(name: str) -> None:
        with turns.turn():
            said.append(f"{name} comes")
            go.wait(10)
            said.append(f"{name} goes")

    threads = [threading.Thread(target=stay, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    assert said == ["a comes"]
    go.set()
    for thread in threads:
        thread.join(10)
    assert said == [f"{name} {what}" for name in "abc" for what in ("comes", "goes")]


def test_another_process_finds_the_folder_free_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the threads of this one never stop to come."""
    monkeypatch.setattr(json_turns, "HELD", 0.01)
    turns, over = Turns(tmp_path), threading.Event()

    def stay() -> None:
        while not over.is_set():
            with turns.turn():
                time.sleep(0.002)

    threads = [threading.Thread(target=stay) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            with alone(tmp_path / ".lock", "a test", 20, json_turns.PAUSE):
                assert True
    finally:
        over.set()
        for thread in threads:
            thread.join(10)


def test_the_folder_is_another_process_s_until_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is inside meanwhile, waiting ends with an error, and a failed turn is in nobody's way."""
    monkeypatch.setattr(json_turns, "PATIENCE", 0.05)
    turns = Turns(tmp_path)
    with alone(tmp_path / ".lock", "a test", 1), pytest.raises(LockHeld), turns.turn():
        pytest.fail("two were inside")
    with turns.turn(), pytest.raises(LockHeld), alone(tmp_path / ".lock", "a test", 0):
        pytest.fail("two were inside")
    with alone(tmp_path / ".lock", "a test", 0):
        assert True
