"""Threads that write in one folder: different files together, the same file and the whole folder alone."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from muster.domain.errors import LockHeld
from muster.infrastructure.common.exclusion import alone
from muster.infrastructure.memory import json_turns
from muster.infrastructure.memory.json_turns import Turns


class Crowd:
    """Threads that stay in their turn until somebody lets them go."""

    def __init__(self, turns: Turns) -> None:
        self.inside = list[str]()
        self._turns = turns
        self._go = threading.Event()
        self._threads = list[threading.Thread]()

    def come(self, *names: str) -> None:
        """Let them in, as far as they may; "all" wants the whole folder."""
        for name in names:
            thread = threading.Thread(target=self._stay, args=(name,))
            thread.start()
            self._threads.append(thread)
            time.sleep(0.05)

    def leave(self) -> None:
        """All go, one after the other or together."""
        self._go.set()
        for thread in self._threads:
            thread.join(10)

    def _stay(self, name: str) -> None:
        with self._turns.turn(None if name == "all" else Path(name)):
            self.inside.append(name)
            self._go.wait(10)


@pytest.mark.parametrize(
    ("came", "inside"),
    [
        (["a", "b", "c"], ["a", "b", "c"]),
        (["a", "a", "b"], ["a", "b"]),
        (["a", "all", "b"], ["a"]),
        (["all", "a", "all"], ["all"]),
    ],
)
def test_who_is_inside_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, came: Sequence[str], inside: Sequence[str]
) -> None:
    """And everybody has a turn in the end."""
    monkeypatch.setattr(json_turns, "HELD", 10)
    crowd = Crowd(Turns(tmp_path))
    crowd.come(*came)
    assert crowd.inside == inside
    crowd.leave()
    assert sorted(crowd.inside) == sorted(came)


def test_others_have_a_turn_when_it_has_lasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes late waits, though the file is another one, so that the lock is let go of."""
    monkeypatch.setattr(json_turns, "HELD", 0)
    crowd = Crowd(Turns(tmp_path))
    crowd.come("a", "b")
    assert crowd.inside == ["a"]
    crowd.leave()
    assert crowd.inside == ["a", "b"]


def test_the_folder_is_another_process_s_until_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is inside meanwhile, waiting ends with an error, and a failed turn is in nobody's way."""
    monkeypatch.setattr(json_turns, "PATIENCE", 0.05)
    turns = Turns(tmp_path)
    with alone(tmp_path / ".lock", "a test", 1), pytest.raises(LockHeld), turns.turn(Path("a")):
        pytest.fail("two were inside")
    with turns.turn(Path("a")), pytest.raises(LockHeld), alone(tmp_path / ".lock", "a test", 0):
        pytest.fail("two were inside")
    with alone(tmp_path / ".lock", "a test", 0):
        assert True
