"""The power fails while stores are at work: what was acknowledged is there, and nothing is half there.

`make chaos` cuts more often.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.power import Scene, power_cuts
from tests.chaos.scenes import FILES, FOLDER

SEED = 11


@pytest.mark.parametrize(("scene", "cuts"), [(FILES, 220), (FOLDER, 80)], ids=["SQLite files", "JSON files"])
def test_nothing_acknowledged_is_lost_in_a_power_cut(scene: Scene, cuts: int, tmp_path: Path) -> None:
    """Around syncs and anywhere between: whatever was not synced is dropped, kept or torn."""
    numbers, wrong = power_cuts(scene, tmp_path, cuts, SEED)
    assert wrong == []
    assert dict(numbers)["power cuts"] == cuts


@pytest.mark.parametrize("scene", [FILES, FOLDER], ids=["SQLite files", "JSON files"])
def test_a_disk_that_lies_is_noticed(scene: Scene, tmp_path: Path) -> None:
    """The same, where a sync keeps nothing: the check can fail. After many of these cuts no file opens at all."""
    _, wrong = power_cuts(scene, tmp_path, 30, SEED, lying=True)
    assert any(" is None instead of " in line for line in wrong)
