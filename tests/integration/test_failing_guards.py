"""The audit log and the key ring on failing disks, and killed: nothing told is lost, and nobody is accused of anything.

Here for some N, and a few processes; by `make chaos` for each N, and 80 processes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.drill import Drill, drilled
from tests.chaos.failing import Kind
from tests.chaos.guarding import FIRST, NEW_LOG, OLD_LOG, RETIRED, ROTATED, killed_guards


@pytest.mark.parametrize(
    ("drill", "kind", "lasting", "every", "least"),
    [
        pytest.param(OLD_LOG, "broken", False, 8, 20, id="a log, one call"),
        pytest.param(OLD_LOG, "broken", True, 9, 20, id="a log, all calls from then on"),
        pytest.param(OLD_LOG, "full", False, 2, 20, id="a log, no room for one call"),
        pytest.param(OLD_LOG, "full", True, 2, 20, id="a log, no room from then on"),
        pytest.param(NEW_LOG, "broken", False, 6, 20, id="the first event, one call"),
        pytest.param(NEW_LOG, "full", True, 3, 10, id="the first event, no room from then on"),
        pytest.param(ROTATED, "broken", False, 1, 1, id="a new key, one call"),
        pytest.param(ROTATED, "full", True, 1, 1, id="a new key, no room from then on"),
        pytest.param(RETIRED, "broken", True, 2, 1, id="a key retired, all calls from then on"),
        pytest.param(FIRST, "broken", False, 1, 1, id="the first key, one call"),
    ],
)
def test_a_disk_that_fails_costs_no_event_and_no_key(
    drill: Drill, kind: Kind, lasting: bool, every: int, least: int
) -> None:
    """Each refusal names the folder and says what to do; a check finds nothing then, nor after the disk is well."""
    numbers, wrong = drilled(drill, kind, lasting=lasting, every=every)
    assert wrong == []
    told = dict(numbers)
    assert isinstance(told["told: done"], int)
    assert told["told: done"] >= least
    assert {"told: storage-failed", "told: storage-full"} & told.keys()


def test_processes_that_are_killed_leave_a_sound_log_and_every_key(tmp_path: Path) -> None:
    """Three append and one rotates, all killed at once, twice."""
    numbers, wrong = killed_guards(tmp_path, 2, seed=5)
    assert wrong == []
    assert dict(numbers)["processes killed"] == 8
