"""The disk fails at the N-th call: an error or False, nothing half done, and afterwards work goes on.

Here for some N, by `make chaos` for each.
"""

from __future__ import annotations

import pytest

from tests.chaos.drill import Drill, drilled
from tests.chaos.drills import NEW_FILES, OLD_FILES, OLD_FOLDER
from tests.chaos.failing import Kind


@pytest.mark.parametrize(
    ("drill", "kind", "lasting", "every"),
    [
        pytest.param(OLD_FILES, "broken", False, 4, id="SQLite files, one call"),
        pytest.param(OLD_FILES, "broken", True, 6, id="SQLite files, all calls from then on"),
        pytest.param(OLD_FILES, "full", True, 4, id="SQLite files, no room from then on"),
        pytest.param(NEW_FILES, "broken", False, 4, id="the first write, one call"),
        pytest.param(OLD_FOLDER, "broken", False, 5, id="JSON files, one call"),
        pytest.param(OLD_FOLDER, "full", False, 2, id="JSON files, no room for one call"),
    ],
)
def test_a_disk_that_fails_costs_nothing_that_was_there(
    drill: Drill, kind: Kind, lasting: bool, every: int
) -> None:
    """Each refusal names the file and says what to do; what was told to be stored is there after a restart too."""
    numbers, wrong = drilled(drill, kind, lasting=lasting, every=every)
    assert wrong == []
    assert sum(value for what, value in numbers if what.startswith("told: ") and isinstance(value, int)) > 10
