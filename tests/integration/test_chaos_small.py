"""The crash test in small: `make chaos` is the whole of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import controller
from tests.chaos.controller import ChaosError, story
from tests.chaos.laws import broken, counted

RUNS, KILLS, SEED = 8, 1, 3


@pytest.mark.slow
def test_runs_survive_a_kill_and_pay_for_nothing_twice(tmp_path: Path) -> None:
    """Killed at a random moment and taken up again: every run ends, and nothing recorded is done again."""
    seen = story(tmp_path / "chaos", RUNS, KILLS, SEED)
    assert broken(seen.kills, seen.end, seen.told) == []
    numbers = dict(counted(seen.kills, seen.end, seen.told))
    assert numbers["runs, completed"] == f"{RUNS} of {RUNS}"
    assert numbers["taken up again"] == RUNS
    assert numbers["calls that were under way at a kill"] != 0


@pytest.mark.slow
def test_a_journal_that_forgets_is_noticed(tmp_path: Path) -> None:
    """The crash test can fail: where results are lost, it tells which calls went on without them."""
    seen = story(tmp_path / "chaos", 2, 0, SEED, "--forgetful")
    assert any("is not recorded" in line for line in broken(seen.kills, seen.end, seen.told))


@pytest.mark.slow
def test_runs_that_stand_still_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what they ask, however long all of it takes; slow is not the same."""
    monkeypatch.setattr(controller, "PATIENCE", 0.0)
    with pytest.raises(ChaosError, match="nothing was asked for 0 s"):
        story(tmp_path / "chaos", 2, 0, SEED)
