"""The door to the house, with the house behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.errors import ConfigurationError
from muster.domain.evidence.severity import Severity
from muster.presentation.cli.session import open_session


def test_a_flag_wins_over_the_project_and_what_was_not_given_does_not(tmp_path: Path) -> None:
    """None is "not given"."""
    (tmp_path / "muster.toml").write_text('fail_on = "low"\nhistory = false\n')

    with open_session(str(tmp_path), {"fail_on": "high", "history": None}) as house:
        values = house.loaded().values

    assert (values.fail_on, values.history) == (Severity.HIGH, False)


def test_a_broken_settings_file_is_a_configuration_error(tmp_path: Path) -> None:
    """Named, with the line."""
    (tmp_path / "muster.toml").write_text("max_concurency = 3\n")

    told = r"muster\.toml, line 1: unknown setting 'max_concurency'"
    with pytest.raises(ConfigurationError, match=told), open_session(str(tmp_path)):
        pytest.fail("it opened")
