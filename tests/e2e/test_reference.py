"""The reference is made from the code, and says what the code says."""

from __future__ import annotations

from scripts import reference


def test_the_reference_is_up_to_date() -> None:
    """Run `python scripts/reference.py` after a change of settings, gates, patterns, agents, tools or formats."""
    assert reference.TARGET.read_text("utf-8") == reference.text()
